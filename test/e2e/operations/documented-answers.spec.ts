import { runInNewContext } from 'node:vm';
import { codeBlocksOf } from '../../support/documents.js';
import { enrolKey, ORIGIN, PASSKEY, withPasskeys } from '../../support/security-keys.js';
import { startServer, type TestServer } from '../../support/server.js';
import { SoftwareAuthenticator } from '../../support/software-authenticator.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer(withPasskeys());
});
afterAll(() => server.stop());

/** The only block of a document in a language. */
function blockOf(path: string, language: string): string {
  const [block, ...others] = codeBlocksOf(path, language);
  if (block === undefined || others.length > 0) throw new Error(`${path} has not one ${language}.`);
  return block;
}

/** What a script in a page finds there, with a key in the place of the browser's. */
function pageOf(key: SoftwareAuthenticator, access: string) {
  const answer = (credential: object) => ({ toJSON: () => credential });
  type Options = { publicKey: Parameters<SoftwareAuthenticator['create']>[0] };
  return {
    post: async (path: string, body: object) => {
      const reply = await server.post(`/${path}/`, body, access);
      if (reply.status >= 400) throw new Error(`${path} answered ${reply.text}`);
      return reply.body;
    },
    PublicKeyCredential: {
      parseCreationOptionsFromJSON: (json: object) => json,
      parseRequestOptionsFromJSON: (json: object) => json,
    },
    navigator: {
      credentials: {
        create: async ({ publicKey }: Options) => answer(key.create(publicKey)),
        get: async ({ publicKey }: Options) => answer(key.get(publicKey)),
      },
    },
  };
}

describe('docs/webauthn.md', () => {
  it('has a front end that sets a key up and signs in with it', async () => {
    const { user, access } = await server.signUp();
    const page = { ...pageOf(new SoftwareAuthenticator(ORIGIN), access), ...user };
    const [script = ''] = codeBlocksOf('docs/webauthn.md', 'js');
    const tokens: unknown = runInNewContext(`(async () => { ${script}; return tokens; })()`, page);
    await expect(tokens).resolves.toHaveProperty('access');
  });

  it('has a front end that signs in with a passkey', async () => {
    const { access } = await server.signUp();
    const page = pageOf(await enrolKey(server, { access }, PASSKEY), access);
    const [, script = '', ...others] = codeBlocksOf('docs/webauthn.md', 'js');
    expect(others).toEqual([]);
    const answer: unknown = runInNewContext(`(async () => { ${script}; return answer; })()`, page);
    await expect(answer).resolves.toHaveProperty('access');
  });

  it('shows the members that a list has', async () => {
    const { access } = await server.signUp();
    const key = new SoftwareAuthenticator(ORIGIN);
    const label = 'Blue key';
    const { body } = await server.post('/mfa/', { method: 'webauthn', label }, access);
    const credential = key.create(body.setup_data);
    await server.post('/mfa/confirm/', { method: 'webauthn', credential }, access);
    const list = await server.get('/mfa/', access);
    const [shown] = list.body[2].details.authenticators;
    const documented: object = JSON.parse(blockOf('docs/webauthn.md', 'json'));
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(Object.keys(documented)));
    expect(shown).toMatchObject({ label });
  });
});

describe('docs/problems.md', () => {
  it('shows a problem as it is answered', async () => {
    const account = await server.signUp();
    await server.enrolApp(account);
    const token = await server.beginLogin(account.user);
    const { body } = await server.verifyLogin(token, '000000');
    const documented: object = JSON.parse(blockOf('docs/problems.md', 'json'));
    expect(body).toMatchObject(documented);
  });
});
