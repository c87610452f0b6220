import { type LogLine, ServerLogKeeper } from '../../support/server-log-keeper.js';
import { startServer, type TestServer } from '../../support/server.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the id of a request', () => {
  const logs = new ServerLogKeeper();
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ LOG_REQUESTS: 'true' }, { logger: logs });
  });
  afterAll(() => server.stop());
  beforeEach(() => logs.clear());

  const idOf = (headers: Headers) => String(headers.get('x-request-id'));
  const requestLines = () => logs.lines.filter(({ context }) => context === 'Request');

  it('is told with every answer, another each time', async () => {
    const paths = ['/login/', '/nothing', '/%zz', '//health/live', '//api/docs'];
    const replies = await Promise.all(paths.map((path) => server.get(path)));
    const ids = replies.map(({ headers }) => idOf(headers));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(paths.length);
  });

  it('is that of the trace that a caller says it is part of', async () => {
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    expect(idOf((await server.send('GET', '/providers/', { headers })).headers)).toBe(TRACE);
    const forged = { traceparent: 'x', 'x-request-id': 'forged' };
    const { headers: answered } = await server.send('GET', '/providers/', { headers: forged });
    expect(idOf(answered)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is the trace_id of a failure of ours, and stands in each line about the request', async () => {
    const { access } = await server.signUp();
    logs.clear();
    await server.dataSource.query('ALTER TABLE mfa_methods RENAME TO elsewhere');
    const { headers, body } = await server.get('/mfa/', access);
    await server.dataSource.query('ALTER TABLE elsewhere RENAME TO mfa_methods');
    expect(body).toMatchObject({ code: 'internal', trace_id: idOf(headers) });
    const ids = logs.lines.map(({ request_id }) => request_id);
    expect(ids).toEqual([body.trace_id, body.trace_id]);
  });

  it('stands in one line for each request, which holds nothing that a client wrote', async () => {
    const { headers } = await server.post('/login/?token=secret', { username: 'nobody' });
    const [line, ...others] = requestLines();
    expect(others).toEqual([]);
    expect(line).toEqual({
      level: 'log',
      pid: process.pid,
      timestamp: expect.any(Number),
      message: 'POST /api/auth/login 400',
      context: 'Request',
      method: 'POST',
      route: '/api/auth/login',
      status: 400,
      duration_ms: expect.any(Number),
      code: 'validation_failed',
      request_id: idOf(headers),
    } satisfies LogLine);
  });

  it('stands in no line for a probe; an address that fits no route is not repeated', async () => {
    await server.get('//health/ready');
    await server.get('/secret/');
    expect(requestLines().map(({ route, code }) => [route, code])).toEqual([['none', 'not_found']]);
  });
});
