import { type ChangeStore, type FormerBackupCode } from './changes.js';
import {
  type BackupCodeCount,
  type BackupCodeStore,
  type MethodRecord,
  type MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** Where an account is kept. */
interface Stores {
  readonly methods: MethodStore;
  readonly backupCodes: BackupCodeStore;
  readonly changes: ChangeStore;
}

type Codes = Pick<BackupCodeCount, 'id' | 'remaining'>;

/**
 * An account behind its lock, while many changes of it are undone: it is read once, and of changes that
 * follow each other the last state alone is written, by {@link write}.
 */
export class AccountAtHand {
  private list: readonly MethodRecord[] | null = null;
  private present: Codes | null = null;
  /** By their ids. */
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

  /** Gives a method other authenticators. */
  async change(method: MethodRecord): Promise<void> {
    const methods = await this.methods();
    this.list = methods.map((one) => (one.id === method.id ? method : one));
    this.unsaved.set(method.id, method);
  }

  /** Makes an active method the only primary one. */
  async makePrimary(method: MethodRecord): Promise<void> {
    const methods = await this.methods();
    this.list = methods.map((one) => ({ ...one, isPrimary: one.id === method.id }));
    this.primary = method;
  }

  /** Kills the backup codes, and brings others back in their place. */
  replaceCodes(former: readonly FormerBackupCode[]): void {
    const remaining = former.filter(({ spentAt }) => spentAt === null).length;
    this.present = { id: former[0]?.setId ?? null, remaining };
    this.former = former;
  }

  /** Writes what is not written yet. The account is read anew: others may write to it after this. */
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
