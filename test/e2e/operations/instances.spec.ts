import { generateSync } from 'otplib';
import { MfaOptions } from '../../../src/mfa/index.js';
import { FACTOR_TYPES } from '../../../src/server/mfa/handlers.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { codeBlocksOf } from '../../support/documents.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

/** Two of one kind, twice. */
const [, EXAMPLE = ''] = codeBlocksOf('docs/configuration.md', 'yaml');
const HOME_ADDRESS = 'ada@home.example';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer({ AUTH_CONFIG: authConfigFile(EXAMPLE) });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const post = (path: string, body: object) => server.post(path, body, account.access);
const activeMethods = async (): Promise<string[]> => {
  const { body } = await server.get('/mfa/', account.access);
  return body
    .filter((m: { is_active: boolean }) => m.is_active)
    .map((m: { name: string }) => m.name);
};
const codeOf = (secret: string, digits: 6 | 8) => {
  const epoch = Math.floor(server.clock.now().getTime() / 1000);
  return generateSync({ secret, epoch, digits });
};

/** Sets an app up. @returns what `setup_data` says */
async function enrol(method: string, digits: 6 | 8) {
  const { body } = await post('/mfa/', { method });
  const code = codeOf(body.setup_data.secret, digits);
  const reply = await post('/mfa/confirm/', { method, code });
  expect(reply.status).toBe(200);
  server.clock.advance({ seconds: 30 });
  return body.setup_data;
}

/** Sets a mailed code up. @returns the answer to the set-up */
async function enrolAddress(method: string, address: string, fields: object = {}) {
  const reply = await post('/mfa/', { method, ...fields });
  await post('/mfa/confirm/', { method, code: server.inbox.lastCode(address) });
  server.clock.advance({ seconds: 31 });
  return reply;
}

describe('several factors of one kind', () => {
  it('are listed under their own names, each with its own form', async () => {
    const { body } = await server.get('/mfa/handlers/');
    const listed = body.map(({ name, display_name }: Record<string, string>) => [
      name,
      display_name,
    ]);
    expect(listed).toEqual([
      ['work_app', 'App of the office'],
      ['home_app', 'App at home'],
      ['work_email', 'E-mail at work'],
      ['home_email', 'E-mail at home'],
    ]);
    const fields = body.map((handler: { setup_schema: { properties: object } }) =>
      Object.keys(handler.setup_schema.properties),
    );
    expect(fields).toEqual([['label'], ['label'], [], ['email']]);
    const { email } = body[3].setup_schema.properties;
    expect(email).toMatchObject({ type: 'string', format: 'email', maxLength: 254 });
  });

  it('are all in the OpenAPI document', async () => {
    const document = JSON.stringify((await server.get('//api/docs-json')).body);
    for (const name of ['work_app', 'home_app', 'work_email', 'home_email']) {
      expect(document).toContain(`"${name}"`);
    }
  });
});

describe('every type', () => {
  const types = Object.keys(FACTOR_TYPES);
  const ids = types.flatMap((type) => [`first_${type}`, `second_${type}`]);
  const file = types.map(
    (type) =>
      `- { type: ${type}, id: first_${type}, name: First }\n- { type: ${type}, id: second_${type} }\n`,
  );

  it('can be listed twice, each with a form of its own', async () => {
    const all = await server.startSibling({
      AUTH_CONFIG: authConfigFile(`factors:\n${file.join('')}`),
    });
    const { body } = await all.get('/mfa/handlers/');
    expect(body.map(({ name }: { name: string }) => name)).toEqual(ids);
    const names = body.map((handler: { display_name: string }) => handler.display_name);
    expect(names.filter((name: string) => name === 'First')).toHaveLength(types.length);
    const { body: document } = await all.get('//api/docs-json');
    const { schema } = document.paths['/api/auth/mfa'].post.requestBody.content['application/json'];
    const named = ({ $ref }: { $ref: string }) =>
      document.components.schemas[$ref.replace(/.*\//, '')];
    const methods = named(schema).oneOf.map(
      (form: { $ref: string }) => named(form).properties.method.enum,
    );
    expect(methods).toEqual(ids.map((id) => [id]));
    await all.stop();
  });
});

describe('two apps of one person', () => {
  it('have issuers, digits and secrets of their own', async () => {
    const work = await enrol('work_app', 8);
    const home = await enrol('home_app', 6);
    expect(work.secret).not.toBe(home.secret);
    expect(new URL(work.qr_link).searchParams.get('issuer')).toBe('Example Works');
    expect(new URL(work.qr_link).searchParams.get('digits')).toBe('8');
    expect(new URL(home.qr_link).searchParams.get('issuer')).toBe('Example Home');
    expect(await activeMethods()).toEqual(['work_app', 'home_app']);
  });

  it('are chosen between at login, and do not take each other’s codes', async () => {
    const work = await enrol('work_app', 8);
    const home = await enrol('home_app', 6);
    const token = await server.beginLogin(account.user);
    expect((await server.verifyLogin(token, codeOf(home.secret, 6))).status).toBe(400);
    await server.post('/login/change-method/', { ephemeral_token: token, new_method: 'home_app' });
    expect((await server.verifyLogin(token, codeOf(work.secret, 8))).status).toBe(400);
    expect((await server.verifyLogin(token, codeOf(home.secret, 6))).status).toBe(200);
  });

  it('go one by one', async () => {
    const work = await enrol('work_app', 8);
    const home = await enrol('home_app', 6);
    await post('/mfa/primary/', { method: 'home_app' });
    const proof = { method: 'work_app', code: codeOf(work.secret, 8) };
    expect((await post('/mfa/deactivate/', proof)).status).toBe(200);
    expect((await post('/mfa/delete/', { method: 'work_app' })).status).toBe(204);
    expect(await activeMethods()).toEqual(['home_app']);
    const token = await server.beginLogin(account.user);
    expect((await server.verifyLogin(token, codeOf(home.secret, 6))).status).toBe(200);
  });
});

describe('two addresses of one person', () => {
  it('are proven apart, and masked everywhere', async () => {
    const { email } = account.user;
    const work = await enrolAddress('work_email', email);
    const home = await enrolAddress('home_email', HOME_ADDRESS, { email: HOME_ADDRESS });
    expect(work.body.setup_data.sent_to).toBe('u•••@example.org');
    expect(home.body.setup_data.sent_to).toBe('a•••@home.example');
    const list = await server.get('/mfa/', account.access);
    expect(JSON.stringify([home.body, list.body])).not.toContain(HOME_ADDRESS);
    expect(await activeMethods()).toEqual(['work_email', 'home_email']);
  });

  it('each get the codes of a login that chooses them', async () => {
    await enrolAddress('work_email', account.user.email);
    await enrolAddress('home_email', HOME_ADDRESS, { email: HOME_ADDRESS });
    const { body } = await server.login(account.user);
    expect(body).toMatchObject({
      method: 'work_email',
      challenge: { sent_to: 'u•••@example.org' },
    });
    const { ephemeral_token } = body;
    server.clock.advance({ seconds: 31 });
    const change = { ephemeral_token, new_method: 'home_email' };
    const reply = await server.post('/login/change-method/', change);
    expect(reply.body.challenge).toEqual({ sent_to: 'a•••@home.example' });
    const code = server.inbox.lastCode(HOME_ADDRESS);
    expect((await server.verifyLogin(ephemeral_token, code)).status).toBe(200);
  });

  it.each([
    [{}, ['This field is required.']],
    [{ email: 'ada' }, ['Enter a valid email address.']],
    [{ email: '"\r\nada"@home.example' }, ['Enter a valid email address.']],
    [{ email: '"a b"@home.example' }, ['Enter a valid email address.']],
    [{ email: 'thief@example.org, ada@home.example' }, ['Enter a valid email address.']],
  ])('asks for the one that is not the account’s: %j', async (fields, texts) => {
    const reply = await post('/mfa/', { method: 'home_email', ...fields });
    expect(reply.body).toMatchObject({ code: 'validation_failed', errors: { email: texts } });
  });

  it('are limited by what is sent to one that is enrolled, however it is spelt', async () => {
    const victim = 'victim@home.example';
    const send = async (email: string) => {
      const { access } = await server.signUp();
      return server.post('/mfa/', { method: 'home_email', email }, access);
    };
    const { maxEnrolmentSendsPerAddress } = server.app.get(MfaOptions, { strict: false });
    for (let sent = 0; sent < maxEnrolmentSendsPerAddress; sent += 1) {
      expect((await send('victim@Home.EXAMPLE')).status).toBe(201);
    }
    const soft = 'victim@ho\u00adme.example';
    for (const email of [soft, 'victim@ⓗome.example', '"victim"@home.example']) {
      expect((await send(email)).body).toMatchObject({ code: 'validation_failed' });
    }
    expect((await send('VICTIM@home.example')).body).toMatchObject({ code: 'send_limit' });
    expect(server.inbox.messages.filter(({ to }) => to === victim)).toHaveLength(
      maxEnrolmentSendsPerAddress,
    );
  });
});
