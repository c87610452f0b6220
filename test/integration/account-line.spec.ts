import { ACCOUNT_LINE_LIMITS } from '../../src/mfa/persistence/database/account-line.js';
import { AuditTrail } from '../../src/mfa/persistence/audit/audit-trail.js';
import { ChallengeStore, UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { eventually } from '../support/eventually.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const { atOnce } = ACCOUNT_LINE_LIMITS;
const ASKING = 30;

let mfa: MfaHarness;

beforeAll(async () => {
  mfa = await startMfa();
  await mfa.enrolApp(mfa.parts.subjects.add('ada'));
});
afterAll(() => mfa.stop());
// By some plans a statement locks nothing if there is no challenge to cancel.
beforeEach(async () => {
  await mfa.begin(mfa.parts.subjects.add('ada'));
});

/** What writes behind the lock of the account, each with a connection of its own. */
const WRITERS: readonly [name: string, write: () => Promise<unknown>][] = [
  ['transactions', () => mfa.parts.get(UnitOfWork).runForAccount('ada', async () => 'done')],
  ['statements', () => mfa.parts.get(ChallengeStore).cancelAll('ada', mfa.parts.clock.now())],
  [
    "changes of the host's",
    () =>
      mfa.parts.get(AuditTrail).change(async (manager) => {
        await manager.query(`SELECT 1 FROM mfa_accounts WHERE user_id = 'ada' FOR UPDATE`);
        return { result: 'done', events: [] };
      }, 'ada'),
  ],
];

const waitingForLocks = async (): Promise<number> => {
  const [row] = await mfa.parts.dataSource.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
};

describe('many requests of one account, whose lock is held', () => {
  it.each(WRITERS)('take few connections: %s', async (_, write) => {
    // The embedded database has one connection for all.
    if (!mfa.parts.isConcurrent) return;
    await mfa.parts.get(UnitOfWork).runForAccount('ada', async () => undefined);
    const runner = mfa.parts.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT 1 FROM mfa_accounts WHERE user_id = 'ada' FOR UPDATE`);
    const asked = Promise.all(Array.from({ length: ASKING }, write));
    await eventually(waitingForLocks, (count) => count >= atOnce);
    // Another account has a connection at once, behind all that asked before it.
    await mfa.parts.get(UnitOfWork).runForAccount('bob', async () => undefined);
    expect(await waitingForLocks()).toBe(atOnce);
    await runner.commitTransaction();
    await runner.release();
    await expect(asked).resolves.toHaveLength(ASKING);
  });
});
