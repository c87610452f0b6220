import { type Subject } from '../../contract/handler.js';
import { resolveMfaOptions } from '../options/mfa.options.js';
import {
  type ReadAttempt,
  type Refusal,
  type SpentAttempt,
  type UnreadAttempt,
} from '../ports/attempts.js';
import { type SubjectRow } from '../ports/host-rows.js';
import { HostPorts } from '../ports/host-ports.js';
import { SubjectDirectory, type TokenIssuer } from '../ports/ports.js';
import { AttemptSpending, type SpendingRequest } from './attempt-spending.js';
import { readProof } from './proof-reading.js';
import {
  BACKUP_CODES,
  HANDLER,
  NOW,
  ScriptedAttempts,
  spentAttempt,
  SUBJECT,
} from '../../../../test/support/scripted-ceremony.js';

const OPTIONS = resolveMfaOptions({ secretKeys: [{ id: 'k', key: new Uint8Array(32) }] });

const ROW: SubjectRow = {
  table: 'users',
  idColumn: 'id',
  credentialsVersion: 'version',
  columns: { may: 'may' },
  subjectOf: ({ may }) => ({ ...SUBJECT, isEnabled: may === true }),
};

const LOCKED: Refusal = { reason: 'account_locked', until: NOW };

/** A directory that counts how often a subject is looked up. */
class OneSubject extends SubjectDirectory {
  found: Subject | null = SUBJECT;
  finds = 0;
  declare readonly row?: SubjectRow;

  constructor(row: SubjectRow | null) {
    super();
    if (row !== null) this.row = row;
  }

  async find(): Promise<Subject | null> {
    this.finds += 1;
    return this.found;
  }
}

/** A store that reads the subject with the attempt. */
class ReadingAttempts extends ScriptedAttempts {
  reads: (ReadAttempt | null)[] = [];
  readonly unread: UnreadAttempt[] = [];

  override async spendAndRead(request: UnreadAttempt): Promise<ReadAttempt | null> {
    this.unread.push(request);
    return this.reads.shift() ?? null;
  }
}

function requestOf(subject: Subject | null): SpendingRequest {
  return {
    subject,
    key: { subjectId: 's1', id: 'c1' },
    purpose: 'login',
    judgedBy: [HANDLER],
    wrongProofDetail: 'Invalid code',
  };
}

function read(may: boolean, spent: SpentAttempt = spentAttempt()): ReadAttempt {
  return { spent, values: { may } };
}

describe('AttemptSpending', () => {
  let attempts: ReadingAttempts;
  let subjects: OneSubject;

  beforeEach(() => {
    attempts = new ReadingAttempts();
    subjects = new OneSubject(ROW);
  });

  function spend(subject: Subject | null, raw: Record<string, unknown> = { code: 'word' }) {
    // Nothing issues tokens here.
    const host = new HostPorts(subjects, {} as TokenIssuer);
    const spending = new AttemptSpending(attempts, BACKUP_CODES, host, OPTIONS);
    return spending.spend(requestOf(subject), readProof([HANDLER], raw, null), NOW);
  }

  it('reads the subject with the attempt', async () => {
    attempts.reads = [read(true)];
    const { subjectOf } = await spend(null);
    expect(subjectOf()).toEqual(SUBJECT);
    expect([subjects.finds, attempts.requests.length]).toEqual([0, 0]);
  });

  it('leaves a spent attempt to its caller where the subject may not sign in', async () => {
    attempts.reads = [read(false)];
    const { spent, subjectOf } = await spend(null);
    expect(spent).toEqual(spentAttempt());
    expect(subjectOf).toThrow(expect.objectContaining({ code: 'invalid_token' }));
  });

  it('finds the subject that was not read, and what refused the attempt', async () => {
    attempts.refusals = [LOCKED];
    await expect(spend(null)).rejects.toMatchObject({ code: 'account_locked' });
    expect([subjects.finds, attempts.requests.length]).toEqual([1, 0]);
  });

  it('spends the attempt of a subject who was found, once nothing refuses it', async () => {
    attempts.spends = [spentAttempt()];
    const { subjectOf } = await spend(null);
    expect(subjectOf()).toBe(SUBJECT);
    expect(attempts.requests).toMatchObject([{ credentialsVersion: '1' }]);
  });

  it.each([null, { ...SUBJECT, isEnabled: false }])(
    'refuses the attempt of a subject who is gone or may not sign in: %#',
    async (found) => {
      subjects.found = found;
      attempts.spends = [spentAttempt()];
      await expect(spend(null)).rejects.toMatchObject({ code: 'invalid_token' });
      expect(attempts.requests).toEqual([]);
    },
  );

  it('reads nothing with an attempt that no handler can read', async () => {
    attempts.refusals = [{ reason: 'no_challenge' }];
    await expect(spend(null, {})).rejects.toMatchObject({ code: 'invalid_token' });
    expect([attempts.unread, attempts.requests]).toEqual([[], []]);
  });

  it('does not read a subject who is known', async () => {
    attempts.spends = [spentAttempt()];
    await spend(SUBJECT);
    expect([subjects.finds, attempts.unread.length]).toEqual([0, 0]);
  });

  it('finds the subject first where the host names no row', async () => {
    subjects = new OneSubject(null);
    attempts.spends = [spentAttempt()];
    await spend(null);
    expect([subjects.finds, attempts.unread.length]).toEqual([1, 0]);
  });

  it('finds the subject first where the store reads no rows of the host', async () => {
    const store = new ScriptedAttempts();
    store.spends = [spentAttempt()];
    // Nothing issues tokens here.
    const host = new HostPorts(subjects, {} as TokenIssuer);
    const spending = new AttemptSpending(store, BACKUP_CODES, host, OPTIONS);
    await spending.spend(requestOf(null), readProof([HANDLER], { code: 'word' }, null), NOW);
    expect(subjects.finds).toBe(1);
  });
});
