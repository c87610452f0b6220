import { Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { normalizeCode } from '../../contract/normalize-text.js';
import { RandomSource } from '../../contract/random.js';
import { type Asker, SlowWork } from '../slow-work/slow-work.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type Subject } from '../../contract/handler.js';
import { KeyRing } from '../keys/key-ring.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { type StoredBackupCode } from '../ports/stores.js';

/** Characters that people mistake for another one; replaced where the alphabet has only the other [Crockford]. */
const LOOK_ALIKES: readonly (readonly [written: string, meant: string])[] = [
  ['O', '0'],
  ['I', '1'],
  ['L', '1'],
];

/** How many sets may wait to be hashed: some seconds of work, at most half of it for one network. */
export const BACKUP_CODE_LINE = { mostWaiting: 20, mostOfNetwork: 10, mostOfSubject: 4 };

/** Whose codes are asked for, and by which client. */
export interface CodesAsker {
  readonly subject: Pick<Subject, 'id'>;
  readonly client: Pick<ClientInfo, 'ip'>;
}

/** Draws, reads, tags and hashes backup codes. */
@Injectable()
export class BackupCodes {
  /** One code at a time: everybody who is signed in may ask for set-ups. */
  private readonly slow = new SlowWork({ atOnce: 1, ...BACKUP_CODE_LINE });

  constructor(
    private readonly options: MfaOptions,
    private readonly random: RandomSource,
    private readonly keys: KeyRing,
  ) {}

  /** A new set of different codes. */
  draw(): string[] {
    const { numOfBackupCodes, backupCodeAllowedChars, backupCodeLength } = this.options;
    const codes = new Set<string>();
    while (codes.size < numOfBackupCodes) {
      codes.add(this.random.characters(backupCodeAllowedChars, backupCodeLength));
    }
    return [...codes];
  }

  /**
   * The stored form of each code of a set.
   *
   * @throws {MfaError} `rate_limited` as {@link SlowWork.run}
   */
  async seal(asker: CodesAsker, codes: readonly string[]): Promise<StoredBackupCode[]> {
    const subjectId = asker.subject.id;
    return this.slow.run(placeOf(asker), async () => {
      const sealed: StoredBackupCode[] = [];
      for (const code of codes) {
        const lookup = this.keys.tag('backup-lookup', tagged(subjectId, code));
        sealed.push({ lookup, hash: await bcrypt.hash(code, this.options.backupCodeHashCost) });
      }
      return sealed;
    });
  }

  /** The code that a text may stand for; null where it does not have the form of one. */
  read(text: string): string | null {
    const { backupCodeAllowedChars: alphabet, backupCodeLength } = this.options;
    const code = this.withoutLookAlikes(normalizeCode(text));
    const fits = code.length === backupCodeLength && [...code].every((c) => alphabet.includes(c));
    return fits ? code : null;
  }

  /** Tags under which the code may be stored: one for each key of the ring, newest first. */
  tags(subjectId: string, code: string): string[] {
    return this.keys.tags('backup-lookup', tagged(subjectId, code));
  }

  /**
   * The slow comparison: run it only for a code that was found by its tag.
   *
   * @throws {MfaError} `rate_limited` as {@link SlowWork.run}
   */
  matches(code: string, storedHash: string, asker: CodesAsker): Promise<boolean> {
    return this.slow.run(placeOf(asker), () => bcrypt.compare(code, storedHash));
  }

  private withoutLookAlikes(text: string): string {
    const { backupCodeAllowedChars: alphabet } = this.options;
    const isUpperCaseOnly = alphabet === alphabet.toUpperCase();
    return LOOK_ALIKES.reduce(
      (code, [written, meant]) =>
        alphabet.includes(written) || !alphabet.includes(meant)
          ? code
          : code.replaceAll(written, meant),
      isUpperCaseOnly ? text.toUpperCase() : text,
    );
  }
}

function placeOf({ subject, client }: CodesAsker): Asker {
  return { subject: subject.id, ip: client.ip };
}

function tagged(subjectId: string, code: string): string {
  return `${subjectId}\n${code}`;
}
