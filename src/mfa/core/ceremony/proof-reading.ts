import {
  fieldNamesOf,
  NoFields,
  readFields,
  tryFields,
  UnreadFields,
} from '../../contract/read-fields.js';
import { type BackupCodes } from './backup-codes.js';
import { type MfaHandler } from '../../contract/handler.js';
import { PASSWORD, PasswordFields } from '../ports/password-fields.js';
import { PasswordProof } from '../ports/ports.js';

/**
 * What may have to judge a proof: handlers, of which the challenge names one; or the host, for the
 * password of a subject without an active method.
 */
export type JudgedBy = readonly MfaHandler[] | PasswordProof;

/** A password, and the host that judges it. */
interface GivenPassword {
  readonly text: string;
  readonly host: PasswordProof;
}

/** A proof as each handler would read it. Reading costs nothing and reveals nothing. */
export interface ProofReading {
  /** The proof by the name of each handler that can read it, or by {@link PASSWORD}. */
  readonly proofs: ReadonlyMap<string, object>;
  /** Why the other handlers cannot read it. */
  readonly errors: ReadonlyMap<string, UnreadFields>;
  /** The backup code that it may be, or null. */
  readonly backupCode: string | null;
  /** Null where handlers judge. */
  readonly password: GivenPassword | null;
}

/**
 * Reads a proof once for each handler that may have to judge it.
 *
 * @param backupCodes null where a backup code is not accepted
 * @throws {MfaError} `validation_failed` where the password is proven, and the fields are not those of one
 */
export function readProof(
  judgedBy: JudgedBy,
  raw: Record<string, unknown>,
  backupCodes: BackupCodes | null,
): ProofReading {
  if (judgedBy instanceof PasswordProof) return readPassword(judgedBy, raw);
  const proofs = new Map<string, object>();
  const errors = new Map<string, UnreadFields>();
  for (const handler of judgedBy) {
    const read = tryFields(handler.proofSchema, raw);
    if (read instanceof UnreadFields) errors.set(handler.name, read);
    else proofs.set(handler.name, read);
  }
  const backupCode = backupCodes && readBackupCode(raw, backupCodes);
  return { proofs, errors, backupCode, password: null };
}

function readPassword(host: PasswordProof, raw: Record<string, unknown>): ProofReading {
  const fields = readFields(PasswordFields, raw);
  const password = { text: fields.password, host };
  return {
    proofs: new Map([[PASSWORD, fields]]),
    errors: new Map(),
    backupCode: null,
    password,
  };
}

/**
 * Refuses fields that are no part of a proof, where no proof is asked for.
 *
 * @throws {MfaError} `validation_failed`
 */
export function refuseForeignFields(
  { proofSchema }: Pick<MfaHandler, 'proofSchema'>,
  raw: Record<string, unknown>,
): void {
  const names = new Set([...fieldNamesOf(proofSchema), 'code']);
  const foreign = Object.entries(raw).filter(([name]) => !names.has(name));
  readFields(NoFields, Object.fromEntries(foreign));
}

/** Whether a proof of the handler is a `code`, as a backup code is. */
export function takesCode({ proofSchema }: Pick<MfaHandler, 'proofSchema'>): boolean {
  return fieldNamesOf(proofSchema).has('code');
}

/** A backup code comes alone, in `code`, whatever fields the method's own proof has. */
function readBackupCode(raw: Record<string, unknown>, backupCodes: BackupCodes): string | null {
  const { code, ...others } = raw;
  const isCode = typeof code === 'string' || typeof code === 'number';
  return isCode && Object.keys(others).length === 0 ? backupCodes.read(String(code)) : null;
}
