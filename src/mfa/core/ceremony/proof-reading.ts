import { fieldNamesOf, NoFields, readFields } from '../../contract/read-fields.js';
import { type BackupCodes } from './backup-codes.js';
import { MfaError, problemOnly } from '../../contract/errors.js';
import { type MfaHandler } from '../../contract/handler.js';

/** A proof as each handler would read it. Reading costs nothing and reveals nothing. */
export interface ProofReading {
  /** The proof by the name of each handler that can read it. */
  readonly proofs: ReadonlyMap<string, object>;
  /** Why the others can't. */
  readonly errors: ReadonlyMap<string, MfaError>;
  /** The backup code that it may be, or null. */
  readonly backupCode: string | null;
}

/**
 * Reads a proof once for each handler that may have to judge it.
 *
 * @param backupCodes null where a backup code is not accepted
 */
export function readProof(
  handlers: readonly MfaHandler[],
  raw: Record<string, unknown>,
  backupCodes: BackupCodes | null,
): ProofReading {
  const proofs = new Map<string, object>();
  const errors = new Map<string, MfaError>();
  for (const handler of handlers) {
    const read = attempt(() => readFields(handler.proofSchema, raw));
    if (read instanceof MfaError) errors.set(handler.name, read);
    else proofs.set(handler.name, read);
  }
  return { proofs, errors, backupCode: backupCodes && readBackupCode(raw, backupCodes) };
}

/**
 * Refuses what cannot be part of a proof, where none is asked for.
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

/** A backup code travels alone, in `code`, whatever the method's own proof looks like. */
function readBackupCode(raw: Record<string, unknown>, backupCodes: BackupCodes): string | null {
  const { code, ...others } = raw;
  const isCode = typeof code === 'string' || typeof code === 'number';
  return isCode && Object.keys(others).length === 0 ? backupCodes.read(String(code)) : null;
}

function attempt(read: () => object): object {
  try {
    return read();
  } catch (error) {
    return problemOnly(error);
  }
}
