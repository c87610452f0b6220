import { QueryFailedError } from 'typeorm';
import { MfaError } from '../../mfa/index.js';

/** PostgreSQL's code for a row that a unique key refuses. */
const UNIQUE_VIOLATION = '23505';

/** The error of a registration with somebody else's address. */
export const EMAIL_TAKEN = { email: ['A user is already registered with this email address.'] };

const TAKEN: Readonly<Record<string, Record<string, string[]>>> = {
  users_username_key: { username: ['A user with that username already exists.'] },
  users_email_key: EMAIL_TAKEN,
};

/** The meaning of a failed insert of a user: `validation_failed` when a name is taken, otherwise the error itself. */
export function refusalOfTaken(error: unknown): unknown {
  const errors = TAKEN[violatedKeyOf(error) ?? ''];
  return errors === undefined ? error : new MfaError('validation_failed', { errors });
}

function violatedKeyOf(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  // The members that PostgreSQL's driver adds to its errors.
  const { code, constraint } = error.driverError as { code?: string; constraint?: string };
  return code === UNIQUE_VIOLATION ? constraint : undefined;
}
