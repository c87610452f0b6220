import { noticesTo } from '../../support/security-emails.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const MOST = 3;

let server: TestServer;
let owner: SignedIn;

beforeAll(async () => {
  server = await startServer({ MAX_SESSIONS_PER_USER: String(MOST) }, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  owner = await server.signUp();
});

/** A second later than whatever was done before. */
async function signIn(): Promise<string> {
  server.clock.advance({ seconds: 1 });
  return String((await server.login(owner.user)).body.access);
}

const list = async (access: string): Promise<unknown[]> =>
  (await server.get('/sessions/', access)).body;
const status = async (access: string) => (await server.get('/user/', access)).status;
const countLive = async () => {
  const sql = 'SELECT count(*)::int AS live FROM sessions WHERE user_id = $1 AND ended_at IS NULL';
  const [row] = await server.dataSource.query<{ live: number }[]>(sql, [owner.user.id]);
  return row?.live;
};
const countDisplaced = async () => {
  const sql = `SELECT count(*)::int AS displaced FROM mfa_events
    WHERE user_id = $1 AND type = 'session_displaced'`;
  const [row] = await server.dataSource.query<{ displaced: number }[]>(sql, [owner.user.id]);
  return row?.displaced ?? 0;
};
const eventTypes = async () => {
  const sql = 'SELECT type FROM mfa_events WHERE user_id = $1 ORDER BY seq DESC LIMIT 2';
  const rows = await server.dataSource.query<{ type: string }[]>(sql, [owner.user.id]);
  return rows.map(({ type }) => type);
};

describe('the sessions of one user', () => {
  it('are no more than may live: a sign-in ends the one that was used longest ago', async () => {
    const second = await signIn();
    server.clock.advance({ seconds: 1 });
    const { body } = await server.post('/token/refresh/', { refresh: owner.refresh });
    const third = await signIn();
    expect(await list(third)).toHaveLength(MOST);
    const fourth = await signIn();
    expect(await status(second)).toBe(401);
    for (const access of [String(body.access), third, fourth])
      expect(await status(access)).toBe(200);
    expect(await eventTypes()).toEqual(['session_displaced', 'login_succeeded']);
  });

  it('end by a sign-in with a second factor, too', async () => {
    await signIn();
    const last = await signIn();
    const { secret } = await server.enrolApp({ access: last });
    const pending = await server.beginLogin(owner.user);
    expect(await status(owner.access)).toBe(200);
    expect((await server.verifyLogin(pending, server.totp(secret))).status).toBe(200);
    expect(await status(owner.access)).toBe(401);
    expect(await eventTypes()).toEqual(['session_displaced', 'login_succeeded']);
  });

  it('are told of once an hour', async () => {
    for (let i = 0; i < MOST + 2; i++) await signIn();
    const told = async () =>
      (await noticesTo(server, owner.user)).filter(({ subject }) => /make room/.test(subject))
        .length;
    expect(await told()).toBe(1);
    server.clock.advance({ seconds: 3600 });
    await signIn();
    expect(await told()).toBe(2);
  });

  it('of one user end none of another', async () => {
    const other = await server.signUp();
    for (let i = 0; i < MOST; i++) await signIn();
    expect(await status(other.access)).toBe(200);
  });

  it('are listed up to as many, and come down to as many, however many there are', async () => {
    await server.dataSource.query(
      `INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'last_used_at', s.last_used_at - n * interval '1 second'))).*
       FROM sessions s, generate_series(1, 24) AS n WHERE s.user_id = $1`,
      [owner.user.id],
    );
    expect(await list(owner.access)).toHaveLength(MOST);
    await signIn();
    const ended = await server.dataSource.query<unknown[]>(
      `SELECT 1 FROM sessions s WHERE user_id = $1 AND ended_at IS NOT NULL AND last_used_at <
         (SELECT min(last_used_at) FROM sessions o WHERE o.user_id = $1 AND o.ended_at IS NULL)`,
      [owner.user.id],
    );
    expect(ended).toHaveLength(10);
    const counts = [await countLive()];
    for (let i = 0; i < 3; i++) {
      await signIn();
      counts.push(await countLive());
    }
    expect(counts).toEqual([16, 7, 3, 3]);
  });

  it('leave the newest hundred programs that they came from', async () => {
    await server.deliverEvents();
    await server.dataSource.query(
      `INSERT INTO known_devices (user_id, user_agent, first_seen_at, last_seen_at)
       SELECT user_id, 'program ' || n, first_seen_at, last_seen_at - interval '1 hour'
       FROM known_devices, generate_series(1, 150) AS n WHERE user_id = $1`,
      [owner.user.id],
    );
    const { username, password } = owner.user;
    const headers = { 'content-type': 'application/json', 'user-agent': 'Newest' };
    server.clock.advance({ seconds: 1 });
    await server.send('POST', '/login/', { headers, body: JSON.stringify({ username, password }) });
    await server.deliverEvents();
    const sql = `SELECT user_agent FROM known_devices WHERE user_id = $1 ORDER BY last_seen_at DESC`;
    const rows = await server.dataSource.query<{ user_agent: string }[]>(sql, [owner.user.id]);
    expect(rows).toHaveLength(100);
    expect(rows[0]?.user_agent).toBe('Newest');
  });

  it('are as many after sign-ins of one moment, with one factor or two', async () => {
    await Promise.all(Array.from({ length: MOST + 3 }, () => server.login(owner.user)));
    expect(await countLive()).toBe(MOST);

    const { backupCodes } = await server.enrolApp({ access: await signIn() });
    const pending = await Promise.all(backupCodes.map(() => server.beginLogin(owner.user)));
    const before = await countDisplaced();
    const answers = await Promise.all(
      pending.map((token, place) => server.verifyLogin(token, backupCodes[place])),
    );
    expect(answers.map(({ status: code }) => code)).toEqual(backupCodes.map(() => 200));
    expect(await countLive()).toBe(MOST);
    expect(await countDisplaced()).toBe(before + backupCodes.length);
  });
});
