import { authConfigFile } from '../../support/auth-config-file.js';
import { expectFaults, expectProblem } from '../../support/problems.js';
import { RELYING_PARTY, SECURITY_KEYS, withPasskeys } from '../../support/security-keys.js';
import { SoftwareAuthenticator } from '../../support/software-authenticator.js';
import { startServer, type TestServer } from '../../support/server.js';

const RELATED = 'https://shop.example.com';

describe('a server with passkeys', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      ...withPasskeys(),
      WEBAUTHN_RELATED_ORIGINS: RELATED,
      PASSKEY_MANAGE_URL: 'https://login.example.org/passkeys',
    });
  });
  afterAll(() => server.stop());

  it('lists them as a way to sign in that login/ does not take', async () => {
    const { body } = await server.get('/providers/');
    expect(body[1]).toMatchObject({ type: 'passkey', id: 'passkey', supports_mfa: true });
    expectFaults(await server.post('/login/', { provider: 'passkey' }), {
      provider: ['"passkey" is not a valid choice.'],
    });
    const { body: document } = await server.get('//api/docs-json');
    const { content } = document.paths['/api/auth/login'].post.requestBody;
    expect(JSON.stringify(content)).not.toContain('passkey');
  });

  it('tells browsers and password managers what is configured', async () => {
    const related = await server.get('//.well-known/webauthn');
    expect(related.body).toEqual({ origins: [RELATED] });
    expect(related.headers.get('content-type')).toMatch(/^application\/json/);
    const pages = await server.get('//.well-known/passkey-endpoints');
    expect(pages.body).toEqual({ manage: 'https://login.example.org/passkeys' });
  });

  it('takes keys at a related origin, and at no other', async () => {
    const { access } = await server.signUp();
    const { setup_data } = (await server.post('/mfa/', { method: 'webauthn' }, access)).body;
    const confirmAt = (origin: string) => {
      const credential = new SoftwareAuthenticator(origin).create(setup_data);
      return server.post('/mfa/confirm/', { method: 'webauthn', credential }, access);
    };
    expect((await confirmAt('https://shop.example.net')).body.code).toBe('invalid_code');
    expect((await confirmAt(RELATED)).status).toBe(200);
  });
});

describe('a server without passkeys', () => {
  it('has neither their routes nor their documents', async () => {
    const server = await startServer(SECURITY_KEYS);
    const paths = ['/login/passkey/', '/login/passkey/verify/'];
    for (const path of paths) {
      const reply = await server.post(path, {});
      expectProblem(reply, [404, 'not_found', 'Not found.']);
    }
    expect((await server.get('//.well-known/webauthn')).status).toBe(404);
    expect((await server.get('//.well-known/passkey-endpoints')).status).toBe(404);
    await server.stop();
  });

  it.each([
    [
      'providers: [{ type: local }, { type: passkey }]\nfactors: [{ type: app }]',
      'AUTH_CONFIG: providers[1]: passkeys need a second factor of type "webauthn": configure one.',
    ],
    [
      'providers: [{ type: passkey }]\nfactors: [{ type: webauthn }]',
      'AUTH_CONFIG: providers[0]: nobody can enrol a first passkey: configure another way to sign in beside it.',
    ],
    [
      'providers: [{ type: local }, { type: passkey }, { type: passkey, id: more }]\nfactors: [{ type: webauthn }]',
      'AUTH_CONFIG: providers[2]: one way to sign in by passkeys is enough: remove the other.',
    ],
  ])('refuses to start where passkeys cannot work: %#', async (text, line) => {
    const settings = { ...RELYING_PARTY, AUTH_CONFIG: authConfigFile(text) };
    await expect(startServer(settings)).rejects.toThrow(line);
  });

  it('refuses related origins that are none', async () => {
    const settings = { ...SECURITY_KEYS, WEBAUTHN_RELATED_ORIGINS: 'http://shop.example.com' };
    await expect(startServer(settings)).rejects.toThrow(
      'relatedOrigins takes a list of origins such as https://app.example.com.',
    );
  });
});
