import { generateSync } from 'otplib';
import { HttpClient, type Reply } from '../../support/http-client.js';
import { PLATFORMS } from '../../support/library-http-app.js';
import { startLibraryHost } from '../../support/library-host.js';
import { expectFaults, expectProblem, INVALID_TOKEN, REQUIRED } from '../../support/problems.js';

describe.each(PLATFORMS)('the library in an application of its own on %s', (_, adapter) => {
  let host: Awaited<ReturnType<typeof startLibraryHost>>;
  let client: HttpClient;

  beforeAll(async () => {
    host = await startLibraryHost(adapter());
    client = new HttpClient(host.url);
  });
  afterAll(() => host.stop());

  const expectIssued = ({ headers }: Reply, name: string) => {
    expect(headers.get('x-subject')).toBe(name);
    expect(headers.getSetCookie()).toEqual(
      ['one', 'two'].map((cookie) => `${cookie}=${name}; Path=/; HttpOnly; Secure; SameSite=Lax`),
    );
  };
  const totp = (secret: string) =>
    generateSync({ secret, epoch: Math.floor(host.clock.now().getTime() / 1000) });
  const login = async (name: string) => (await client.post('//login', { name })).body;
  const verify = (ephemeral_token: string, code: string, path = '/login/verify/') =>
    client.post(path, { ephemeral_token, code });

  it('carries a user from set-up to the second step', async () => {
    expect(await login('ada')).toEqual({ kind: 'passed', tokens: { access: 'ada', amr: ['pwd'] } });
    const setUp = await client.post('/mfa/', { method: 'app' }, 'ada');
    expect(setUp.status).toBe(201);
    const { secret, qr_code } = setUp.body.setup_data;
    expect(setUp.body.qr_code).toBe(qr_code);
    const code = totp(secret);
    const confirmed = await client.post('/mfa/confirm/', { method: 'app', code }, 'ada');
    expect(confirmed.body).toEqual({ detail: 'Activated MFA method' });

    host.clock.advance({ seconds: 30 });
    const { kind, pending } = await login('ada');
    expect([kind, pending.method]).toEqual(['pending', 'app']);
    const reply = await verify(pending.ephemeralToken, totp(secret));
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ access: 'ada', amr: ['pwd', 'otp', 'mfa'] });
    expectIssued(reply, 'ada');
    expectProblem(await verify(pending.ephemeralToken, totp(secret)), INVALID_TOKEN);
  });

  it('answers a login, and a step-up, with the headers and cookies of the issuer', async () => {
    expectIssued(await client.post('//login', { name: 'eve' }), 'eve');
    const setUp = await client.post('/mfa/', { method: 'app' }, 'eve');
    const { secret } = setUp.body.setup_data;
    await client.post('/mfa/confirm/', { method: 'app', code: totp(secret) }, 'eve');
    host.clock.advance({ seconds: 30 });
    const { ephemeral_token } = (await client.post('/step-up/', {}, 'eve')).body;
    const wrong = await client.post('/step-up/verify/', { ephemeral_token, code: 'wrong' });
    expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([400, []]);
    const proof = { ephemeral_token, code: totp(secret) };
    expectIssued(await client.post('/step-up/verify/', proof), 'eve');
  });

  it('mails a code', async () => {
    await client.post('/mfa/', { method: 'email' }, 'bob');
    const code = host.inbox.lastCode('bob@example.org');
    await client.post('/mfa/confirm/', { method: 'email', code }, 'bob');
    host.clock.advance({ seconds: 30 });
    const { pending } = await login('bob');
    expect(pending.challenge).toEqual({ sent_to: 'b•••@example.org' });
    const sent = host.inbox.lastCode('bob@example.org');
    expect((await verify(pending.ephemeralToken, sent)).body.access).toBe('bob');
  });

  it('answers with and without a slash at the end, JSON and forms', async () => {
    for (const path of ['/mfa', '/mfa/']) {
      expect((await client.get(path, 'cleo')).body).toHaveLength(2);
      expect((await client.postForm(path, { method: 'app' }, 'cleo')).status).toBe(201);
    }
  });

  it('answers failures as problems', async () => {
    expectFaults(await client.post('/mfa/', {}, 'dora'), { method: REQUIRED });
    expectProblem(await verify('garbage', '123456', '/login/verify'), INVALID_TOKEN);
    const stranger = await client.get('/mfa/');
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    expectProblem(stranger, [
      401,
      'not_authenticated',
      'Authentication credentials were not provided.',
    ]);
    const headers = { 'content-type': 'text/plain', authorization: 'Bearer dora' };
    const text = await client.send('POST', '/mfa/send/', { headers, body: 'method=app' });
    expectProblem(text, [
      415,
      'unsupported_media_type',
      'Unsupported media type "text/plain" in request.',
    ]);
  });
});
