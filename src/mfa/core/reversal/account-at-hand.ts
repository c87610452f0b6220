import { type ChangeStore, type FormerBackupCode } from './changes.js';
import {
  type BackupCodeCount,
  type BackupCodeStore,
  type MethodRecord,
  type MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** The stores of an account. */
interface Stores {
  readonly methods: MethodStore;
  readonly backupCodes: BackupCodeStore;
  readonly changes: ChangeStore;
}

type Codes = Pick<BackupCodeCount, 'id' | 'remaining'>;

/**
 * A locked account of which many changes are undone. It is read once, and {@link write} stores only the
 * final state, because a session can make any number of changes.
 */
export class AccountAtHand {
  private list: readonly MethodRecord[] | null = null;
  private present: Codes | null = null;
  /** By id. */
  private readonly unsaved = new Map<string, MethodRecord>();
  private primary: MethodRecord | null = null;
  private former: readonly FormerBackupCode[] | null = null;

  constructor(
    private readonly subjectId: string,
    private readonly stores: Stores,
    readonly transaction: Transaction,
  ) {}

  async methods(): Promise<readonly MethodRecord[]> {
    this.list ??= await this.stores.methods.list(this.subjectId, this.transaction);
    return this.list;
  }

  async codes(): Promise<Codes> {
    this.present ??= await this.stores.backupCodes.count(this.subjectId, this.transaction);
    return this.present;
  }

  /** Replaces the authenticators of a method. */
  async change(method: MethodRecord): Promise<void> {
    const methods = await this.methods();
    this.list = methods.map((one) => (one.id === method.id ? method : one));
    this.unsaved.set(method.id, method);
  }

  /** Makes an active method the primary one. */
  async makePrimary(method: MethodRecord): Promise<void> {
    const methods = await this.methods();
    this.list = methods.map((one) => ({ ...one, isPrimary: one.id === method.id }));
    this.primary = method;
  }

  /** Replaces the backup codes with former ones. */
  replaceCodes(former: readonly FormerBackupCode[]): void {
    const remaining = former.filter(({ spentAt }) => spentAt === null).length;
    this.present = { id: former[0]?.setId ?? null, remaining };
    this.former = former;
  }

  /** Stores what has changed. Later calls read the account again, because others may write to it now. */
  async write(): Promise<void> {
    const { methods, backupCodes, changes } = this.stores;
    for (const method of this.unsaved.values()) await methods.save(method, this.transaction);
    if (this.primary !== null) await methods.makePrimary(this.primary, this.transaction);
    if (this.former !== null) {
      await backupCodes.deleteAll(this.subjectId, this.transaction);
      await changes.restoreBackupCodes(this.subjectId, this.former, this.transaction);
    }
    this.unsaved.clear();
    this.primary = null;
    this.former = null;
    this.list = null;
    this.present = null;
  }
}
