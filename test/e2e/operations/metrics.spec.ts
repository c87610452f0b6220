import { MetricsListener } from '../../../src/server/observability/metrics/metrics-listener.js';
import { startServer, type TestServer } from '../../support/server.js';

/** A line of the answer: the name with its labels, and the value. */
async function readMetrics(server: TestServer): Promise<ReadonlyMap<string, number>> {
  const { url } = server.app.get(MetricsListener, { strict: false });
  const answer = await fetch(url);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const lines = (await answer.text()).split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]));
}

describe('metrics', () => {
  let server: TestServer;
  let before: ReadonlyMap<string, number>;
  let after: ReadonlyMap<string, number>;
  beforeAll(async () => {
    server = await startServer({ METRICS_PORT: '0', MFA_MAX_FAILURES_PER_METHOD: '1' });
    before = await readMetrics(server);
    await playJourney();
    after = await readMetrics(server);
  });
  afterAll(() => server.stop());

  async function playJourney(): Promise<void> {
    const account = await server.signUp();
    const { secret } = await server.enrolApp(account);
    const right = await server.beginLogin(account.user);
    await server.verifyLogin(right, server.totp(secret));
    await server.enrolEmail(account);
    const wrong = await server.beginLogin(account.user);
    await server.verifyLogin(wrong, '000000');
    await server.verifyLogin(wrong, '000000');
    await server.get(`/no/such/route/${account.user.id}`);
  }

  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);

  it.each([
    ['mfa_outcomes_total{route="/api/auth/login/verify",factor="app",code="ok"}', 1],
    ['mfa_outcomes_total{route="/api/auth/login/verify",factor="app",code="invalid_code"}', 1],
    ['mfa_outcomes_total{route="/api/auth/login/verify",factor="none",code="method_locked"}', 1],
    ['mfa_outcomes_total{route="none",factor="none",code="not_found"}', 1],
    ['mfa_challenges_total{result="asked",factor="app"}', 2],
    ['mfa_challenges_total{result="failed",factor="app"}', 1],
    ['mfa_locks_total{scope="method",factor="app"}', 1],
    ['mfa_sends_total{result="sent",factor="email"}', 1],
    [
      'http_request_duration_seconds_count{method="POST",route="/api/auth/login/verify",status="429"}',
      1,
    ],
  ])('counts %s', (name, count) => {
    expect([name, grown(name)]).toEqual([name, count]);
  });

  it('measures time, the pool, the outbox and the event loop', () => {
    const route = '{method="POST",route="/api/auth/login",status="200"}';
    expect(grown(`http_request_duration_seconds_sum${route}`)).toBeGreaterThan(0.001);
    const pool = ['db_pool_connections{state="in_use"}', 'db_pool_connections{state="idle"}'];
    expect(pool.reduce((sum, name) => sum + (after.get(name) ?? NaN), 0)).toBeGreaterThan(0);
    expect(after.get('db_pool_connections_max')).toBe(server.isConcurrent ? 3 : 1);
    expect(after.get('db_pool_waiting')).toBe(0);
    expect(after.get('clock_ahead_seconds')).toBe(0);
    expect(grown('mfa_outbox_deliveries{state="waiting"}')).toBeGreaterThan(0);
    expect(after.get('mfa_outbox_deliveries{state="given_up"}')).toBe(0);
    expect(after.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('are on a port of their own, and nothing else is', async () => {
    expect((await server.get('//metrics')).status).toBe(404);
    const { url } = server.app.get(MetricsListener, { strict: false });
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  it('are told without the outbox when the database does not answer', async () => {
    await server.dataSource.query('ALTER TABLE mfa_outbox RENAME TO elsewhere');
    const names = [...(await readMetrics(server)).keys()];
    await server.dataSource.query('ALTER TABLE elsewhere RENAME TO mfa_outbox');
    expect(names.filter((name) => name.startsWith('mfa_outbox'))).toEqual([]);
    expect(names).toContain('db_pool_waiting');
  });
});

describe('a server without METRICS_PORT', () => {
  it('keeps none', async () => {
    const server = await startServer();
    expect(() => server.app.get(MetricsListener, { strict: false })).toThrow();
    await server.stop();
  });
});
