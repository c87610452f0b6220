import { jest } from '@jest/globals';
import { AuditVerification } from '../../../src/mfa/index.js';
import { RetentionService } from '../../../src/server/retention/retention.service.js';
import { codeBlocksOf } from '../../support/documents.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const DOCUMENT = 'docs/scaling.md';

/** Two users of whom one began before the tables were changed. */
function runTheDocument(): void {
  let server: TestServer;
  let early: SignedIn & { secret: string; pending: string };

  beforeAll(async () => {
    server = await startServer();
    const account = await server.signUp();
    const { secret } = await server.enrolApp(account);
    early = { ...account, secret, pending: await server.beginLogin(account.user) };
    for (const block of codeBlocksOf(DOCUMENT, 'sql')) await server.dataSource.query(block);
  });
  afterAll(() => server.stop());

  const query = <T>(sql: string, values: unknown[] = []) =>
    server.dataSource.query<T[]>(sql, values);
  const partitionsOf = async (table: string) => {
    const rows = await query<{ name: string }>(
      'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass',
      [table],
    );
    return rows.map(({ name }) => name);
  };

  it('keeps what is open, and goes on', async () => {
    expect((await server.verifyLogin(early.pending, server.totp(early.secret))).status).toBe(200);
    const late = await server.signUp();
    const { secret, backupCodes } = await server.enrolApp(late);
    const pending = await server.beginLogin(late.user);
    expect((await server.verifyLogin(pending, server.totp(secret))).status).toBe(200);
    const again = await server.beginLogin(late.user);
    expect((await server.verifyLogin(again, backupCodes[0])).status).toBe(200);
    const { body } = await server.get('/user/security-log/', late.access);
    expect(body.results[0].type).toBe('login_succeeded');
  });

  it('has a partition for each day and month to come', async () => {
    const days = await partitionsOf('mfa_challenges');
    expect(days.filter((name) => /^mfa_challenges_\d{8}$/.test(name))).toHaveLength(7);
    const months = await partitionsOf('mfa_events');
    expect(months.filter((name) => /^mfa_events_\d{6}$/.test(name))).toHaveLength(3);
    // Names of challenges, and whatever nobody made a partition for, have a place as well.
    expect([...days, ...months]).toEqual(
      expect.arrayContaining(['mfa_challenges_named', 'mfa_challenges_rest', 'mfa_events_rest']),
    );
  });

  it('puts a challenge where its day is, and one with a name among the named', async () => {
    await query(
      `INSERT INTO mfa_challenges
         (user_id, id, purpose, handler, proofs, credentials_version, created_at, expires_at,
          account_version)
       SELECT $1, id, 'enrol', 'app', '[]', '', now(), now(), 0
       FROM unnest(ARRAY[first_id_at(now() + interval '1 day'), 'enrol:x']) AS id`,
      [early.user.id],
    );
    const rows = await query<{ place: string }>(
      `SELECT tableoid::regclass::text AS place FROM mfa_challenges
       WHERE id = 'enrol:x' OR id LIKE '%-0000-0000-000000000000' ORDER BY 1`,
    );
    expect(rows.map(({ place }) => place)).toEqual([
      expect.stringMatching(/^mfa_challenges_\d{8}$/),
      'mfa_challenges_named',
    ]);
  });

  it('chains an event of a month to come to the one before it', async () => {
    const at = `date_trunc('month', now(), 'UTC') + interval '40 days'`;
    const [added] = await query<{ place: string; isNext: boolean }>(
      `INSERT INTO mfa_events (user_id, id, at, type)
       VALUES ($1, gen_random_uuid(), ${at}, 'logged_out')
       RETURNING tableoid::regclass::text AS place,
         seq = (SELECT max(seq) + 1 FROM mfa_events WHERE user_id = $1) AS "isNext"`,
      [early.user.id],
    );
    expect(added).toEqual({ place: expect.stringMatching(/^mfa_events_\d{6}$/), isNext: true });
    const onFault = jest.fn();
    const verification = server.app.get(AuditVerification, { strict: false });
    const { seen } = await verification.run({ onFault, onProgress: () => {} });
    expect(seen).toBeGreaterThan(10);
    expect(onFault).not.toHaveBeenCalled();
  });

  it('drops the days that are over, and leaves the clean-up the rest', async () => {
    const [block = ''] = codeBlocksOf(DOCUMENT, 'sql').filter((sql) => sql.includes('DROP TABLE'));
    await query(block.replace("- interval '2 days'", "+ interval '30 days'"));
    expect((await partitionsOf('mfa_challenges')).toSorted()).toEqual([
      'mfa_challenges_named',
      'mfa_challenges_rest',
      'mfa_challenges_until_now',
    ]);
    server.clock.advance({ seconds: 86_400 });
    const cleaned = await server.app.get(RetentionService, { strict: false }).run();
    expect(cleaned?.['mfa_challenges']).toBeGreaterThan(0);
  });
}

describe(`the SQL of ${DOCUMENT}`, () => {
  if (process.env['RUN_DATABASE_KIND'] === 'postgresql') runTheDocument();
  else it('is not run here: it takes PostgreSQL', () => {});
});
