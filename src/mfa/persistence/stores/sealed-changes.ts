import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import {
  type FormerBackupCode,
  type FormerMethod,
  type LoggedChange,
} from '../../core/reversal/changes.js';
import { type MfaEventType } from '../../core/ports/events.js';
import { PayloadCipher } from '../sealing/payload-cipher.js';
import { authenticatorOf, type StoredAuthenticator, storedForm } from './rows.js';

/** A row of `mfa_changes`, its `former` still sealed. */
export interface ChangeRow {
  user_id: string;
  id: string;
  session_id: string | null;
  type: MfaEventType;
  factor: string | null;
  target: string | null;
  at: Date;
  /** A bigint, which the driver reads as text. */
  after_seq: string;
  former: Buffer | null;
}

/** The state of a change's target before the change. */
export type Former =
  | { readonly kind: 'method'; readonly method: FormerMethod }
  | { readonly kind: 'backup_codes'; readonly codes: readonly FormerBackupCode[] };

type Time = 'confirmedAt' | 'activatedAt' | 'lastUsedAt' | 'lockedUntil';

/** {@link FormerMethod} as JSON, with times as texts. */
interface StoredMethod extends Omit<
  FormerMethod,
  Time | 'createdAt' | 'authenticators' | 'stateVersion'
> {
  readonly createdAt: string;
  readonly confirmedAt: string | null;
  readonly activatedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly lockedUntil: string | null;
  readonly stored: readonly StoredAuthenticator[];
  /** {@link FormerMethod.stateVersion}, under the name that stored rows have for it. */
  readonly payloadVersion: number;
}

/** {@link FormerBackupCode} as JSON. */
interface StoredCode {
  readonly setId: string;
  readonly lookup: string;
  readonly hash: string;
  readonly createdAt: string;
  readonly spentAt: string | null;
}

/** The opened `former` of a change; without members if there is none. */
interface Kept {
  readonly method?: StoredMethod;
  readonly codes?: readonly StoredCode[];
}

/** Seals what the log of changes keeps, and opens it again. */
@Injectable()
export class SealedChanges {
  private readonly logger = new Logger(SealedChanges.name);

  constructor(private readonly cipher: PayloadCipher) {}

  seal(former: Former, row: Pick<ChangeRow, 'user_id' | 'id' | 'type'>): Buffer {
    const payload =
      former.kind === 'method'
        ? { method: storedMethod(former.method) }
        : { codes: former.codes.map(storedCode) };
    return this.cipher.seal(payload, ownerOf(row));
  }

  /**
   * A change as it was logged. If the row was altered, or its key is not in the ring, this reports
   * it and the change restores nothing: it must not block the reversal of other changes.
   */
  open(row: ChangeRow): LoggedChange {
    const { id, type, factor, at } = row;
    const kept = this.openKept(row);
    return {
      id,
      type,
      factor,
      at,
      afterSeq: Number(row.after_seq),
      subjectId: row.user_id,
      sessionId: row.session_id,
      target: row.target ?? undefined,
      method: kept.method === undefined ? null : formerMethod(kept.method),
      backupCodes: kept.codes?.map(formerCode) ?? null,
    };
  }

  private openKept(row: ChangeRow): Kept {
    if (row.former === null) return {};
    try {
      // `seal` sealed it under our key: nobody else can have written it.
      return this.cipher.open(row.former, ownerOf(row)) as Kept;
    } catch (error) {
      this.logger.error(
        `Change ${row.id} cannot be undone, as it does not open: ${reasonOf(error)}`,
      );
      return {};
    }
  }
}

function ownerOf({ user_id, id, type }: Pick<ChangeRow, 'user_id' | 'id' | 'type'>) {
  return { use: 'change', subjectId: user_id, rowId: id, purpose: type } as const;
}

function storedMethod({ authenticators, stateVersion: payloadVersion, ...method }: FormerMethod) {
  return { ...method, payloadVersion, stored: authenticators.map(storedForm) };
}

function formerMethod({ stored, payloadVersion, ...method }: StoredMethod): FormerMethod {
  return {
    ...method,
    stateVersion: payloadVersion,
    createdAt: new Date(method.createdAt),
    confirmedAt: dateIn(method.confirmedAt),
    activatedAt: dateIn(method.activatedAt),
    lastUsedAt: dateIn(method.lastUsedAt),
    lockedUntil: dateIn(method.lockedUntil),
    authenticators: stored.map(authenticatorOf),
  };
}

function storedCode({ lookup, hash, setId, createdAt, spentAt }: FormerBackupCode): StoredCode {
  return {
    lookup,
    hash,
    setId,
    createdAt: createdAt.toISOString(),
    spentAt: spentAt?.toISOString() ?? null,
  };
}

function formerCode({ createdAt, spentAt, ...code }: StoredCode): FormerBackupCode {
  return { ...code, createdAt: new Date(createdAt), spentAt: dateIn(spentAt) };
}

function dateIn(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
