import { QueryFailedError } from 'typeorm';
import { MfaError } from '../../mfa/index.js';

/** PostgreSQL's code for a row that a unique key refuses. */
const UNIQUE_VIOLATION = '23505';

/** What a registration with the address of somebody else is told. */
export const EMAIL_TAKEN = { email: ['A user is already registered with this email address.'] };

const TAKEN: Readonly<Record<string, Record<string, string[]>>> = {
  users_username_key: { username: ['A user with that username already exists.'] },
  users_email_key: EMAIL_TAKEN,
};

/** What a failed insert of a user means: `validation_failed` when a name is taken, else the error itself. */
export function refusalOfTaken(error: unknown): unknown {
  const errors = TAKEN[violatedKeyOf(error) ?? ''];
  return errors === undefined ? error : new MfaError('validation_failed', { errors });
}

function violatedKeyOf(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  // What PostgreSQL's driver adds to its errors.
  const { code, constraint } = error.driverError as { code?: string; constraint?: string };
  return code === UNIQUE_VIOLATION ? constraint : undefined;
}
