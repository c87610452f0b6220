import { LogRecorder } from '../../support/log-recorder.js';
import { startServer, type TestServer } from '../../support/server.js';
import { type ExportedSpan, TraceCollector } from '../../support/trace-collector.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traces', () => {
  const collector = new TraceCollector();
  const ids: Record<string, string> = {};
  let server: TestServer;

  beforeAll(async () => {
    await collector.start();
    server = await startServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await playJourney();
    await server.stop();
  });
  afterAll(() => collector.stop());

  async function playJourney(): Promise<void> {
    const account = await server.signUp();
    const { secret } = await server.enrolApp(account);
    const token = await server.beginLogin(account.user);
    keep('verify', await server.verifyLogin(token, server.totp(secret)));
    await server.dataSource.query('ALTER TABLE mfa_methods RENAME TO elsewhere');
    keep('broken', await server.get('/mfa/', account.access));
    await server.dataSource.query('ALTER TABLE elsewhere RENAME TO mfa_methods');
    await server.get('/no/such/route');
    for (const flags of ['01', '00']) {
      const headers = { traceparent: `00-${TRACE}-${PARENT}-${flags}` };
      await server.send('GET', `/${flags === '01' ? 'providers' : 'mfa/handlers'}/`, { headers });
    }
  }

  const keep = (name: string, { headers }: { headers: Headers }) => {
    ids[name] = String(headers.get('x-request-id'));
  };

  const requestIn = (traceId = '') =>
    collector.spans.find((span) => span.kind === 2 && span.traceId === traceId);
  const statementsOf = (request: ExportedSpan | undefined) =>
    collector.spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);

  it('name a request by its route, under the id that the client was told', () => {
    expect(requestIn(ids.verify)).toMatchObject({
      name: 'POST /api/auth/login/verify',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/auth/login/verify',
        'http.response.status_code': 200,
        'mfa.factor': 'app',
      },
    });
    expect(collector.resource).toMatchObject({ 'service.name': 'nestjs-mfa' });
  });

  it('hold the statements of the request, with no value', () => {
    const statements = statementsOf(requestIn(ids.verify));
    expect(statements.length).toBeGreaterThan(1);
    for (const { kind, name, attributes, traceId } of statements) {
      expect([kind, traceId]).toEqual([3, ids.verify]);
      expect(attributes).toEqual({
        'db.system.name': 'postgresql',
        'db.operation.name': name,
        'db.query.text': expect.stringMatching(new RegExp(`^\\s*${name}`, 'i')),
      });
    }
    expect(
      statements.some(({ attributes }) => /\$1/.test(String(attributes['db.query.text']))),
    ).toBe(true);
  });

  it('tell of a failure by codes alone', () => {
    const request = requestIn(ids.broken);
    expect(request).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'internal' },
    });
    const failed = statementsOf(request).filter(({ status }) => status.code === 2);
    expect(failed.map(({ attributes }) => attributes['error.type'])).toEqual(['42P01']);
    expect(failed[0]?.status).toEqual({ code: 2 });
  });

  it('do not repeat an address that fits no route', () => {
    const lost = collector.spans.filter(({ attributes }) => attributes['mfa.code'] === 'not_found');
    expect(lost.map(({ name }) => name)).toEqual(['GET']);
  });

  it("go on where the caller's are, and are recorded where those are", () => {
    const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
    expect(spans.filter(({ kind }) => kind === 2)).toMatchObject([
      { name: 'GET /api/auth/providers', parentSpanId: PARENT },
    ]);
  });
});

describe('traces that the collector refuses', () => {
  it('change no answer, and are told of in a line that quotes nobody', async () => {
    const collector = new TraceCollector(400);
    await collector.start();
    const logs = new LogRecorder();
    const server = await startServer(
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
      { logger: logs },
    );
    expect((await server.get('/providers/')).status).toBe(200);
    await server.stop();
    await collector.stop();
    expect(logs.lines.filter((line) => line.startsWith('warn'))).toEqual([
      "warn [ 'The last spans were not exported.', 'Traces' ]",
    ]);
  });
});
