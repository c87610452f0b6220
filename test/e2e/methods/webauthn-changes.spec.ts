import { type Reply } from '../../support/http-client.js';
import { expectFaults, expectProblem, REQUIRED } from '../../support/problems.js';
import { ORIGIN, SECURITY_KEYS } from '../../support/security-keys.js';
import {
  type Environment,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';
import { SoftwareAuthenticator } from '../../support/software-authenticator.js';

const ENVIRONMENT: Environment = {
  ...SECURITY_KEYS,
  MFA_HANDLERS: 'email,app,webauthn',
  MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE: 'true',
};

let server: TestServer;
let account: SignedIn;
beforeAll(async () => {
  server = await startServer(ENVIRONMENT);
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

interface Added {
  readonly id: string;
  /** Of the credential, in base64url. */
  readonly credentialId: string;
  readonly userHandle: string;
  readonly key: SoftwareAuthenticator;
  readonly backupCodes: readonly string[];
}

const post = (path: string, body: object) => server.post(`/${path}/`, body, account.access);

async function addKey(label: string): Promise<Added> {
  const key = new SoftwareAuthenticator(ORIGIN);
  const { body } = await post('mfa', { method: 'webauthn', label });
  const { authenticator_id, setup_data, backup_codes } = body;
  const credential = key.create(setup_data);
  const { status } = await post('mfa/confirm', {
    method: 'webauthn',
    authenticator_id,
    credential,
  });
  expect(status).toBe(200);
  server.clock.advance({ seconds: 1 });
  const { id: credentialId } = credential as { id: string };
  const userHandle = String(setup_data.user.id);
  return { id: authenticator_id, credentialId, userHandle, key, backupCodes: backup_codes };
}

function change(method: string, id: string, body?: object): Promise<Reply> {
  return server.send(method, `/mfa/authenticators/${id}/`, {
    headers: {
      authorization: `Bearer ${account.access}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

describe('a change of keys answers what a password manager is told', () => {
  const signalOf = ({ userHandle }: Added, left: readonly Added[]) => ({
    rp_id: 'example.org',
    user_handle: userHandle,
    credential_ids: left.map(({ credentialId }) => credentialId),
  });

  it('once one is renamed, with the id that the list shows', async () => {
    const blue = await addKey('Blue');
    const { status, body } = await change('PATCH', blue.id, { label: 'Green' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...signalOf(blue, [blue]),
      ...{ id: blue.id, label: 'Green', credential_id: blue.credentialId },
    });
    const { body: methods } = await server.get('/mfa/', account.access);
    expect(methods[2].details.authenticators).toMatchObject([
      { label: 'Green', credential_id: blue.credentialId },
    ]);
  });

  it('once one is removed, and once the last is', async () => {
    const blue = await addKey('Blue');
    const spare = await addKey('Spare');
    const first = await change('DELETE', blue.id);
    expect([first.status, first.body]).toEqual([200, signalOf(blue, [spare])]);
    const last = await change('DELETE', spare.id);
    expect([last.status, last.body]).toEqual([200, signalOf(blue, [])]);
  });

  it('once all of them go with their method', async () => {
    const blue = await addKey('Blue');
    await addKey('Spare');
    const { status, body } = await post('mfa/delete', { method: 'webauthn' });
    expect([status, body]).toEqual([200, signalOf(blue, [])]);
  });

  it('and is empty for methods that nobody keeps', async () => {
    await server.enrolApp(account);
    const { status, text } = await post('mfa/delete', { method: 'app' });
    expect([status, text]).toEqual([204, '']);
  });
});

describe('a primary method that is proven by a key', () => {
  const makePrimary = (fields: object = {}) => post('mfa/primary', { method: 'app', ...fields });
  let blue: Added;
  beforeEach(async () => {
    blue = await addKey('Blue');
    await server.enrolApp(account);
  });

  it('gives way to another one by the proof of the key', async () => {
    expectFaults(await makePrimary(), { credential: REQUIRED });
    const { body } = await post('mfa/challenge', { method: 'webauthn' });
    const credential = blue.key.get(body.challenge);
    expect((await makePrimary({ credential })).status).toBe(200);
    const { body: methods } = await server.get('/mfa/', account.access);
    expect(methods[1]).toMatchObject({ name: 'app', is_primary: true });
  });

  it.each(['primary_code', 'code'])('gives way by a backup code in %s', async (field) => {
    expect((await makePrimary({ [field]: blue.backupCodes[0] })).status).toBe(200);
  });

  it('stays for a wrong proof, and for what is no proof', async () => {
    const { body } = await post('mfa/challenge', { method: 'webauthn' });
    const credential = blue.key.get(body.challenge, { origin: 'https://evil.test' });
    expectProblem(
      await makePrimary({ credential }),
      [400, 'invalid_code', 'Invalid primary method code'],
      { attempts_left: 4 },
    );
    expectFaults(await makePrimary({ favourite: 'app' }), { favourite: ['Unexpected field.'] });
    const again = await post('mfa/primary', { method: 'webauthn', favourite: 'app' });
    expectFaults(again, { favourite: ['Unexpected field.'] });
  });
});

describe('methods on offer', () => {
  it('are the primary one first, then as configured', async () => {
    await addKey('Blue');
    await server.enrolApp(account);
    await server.enrolEmail(account);
    const namesOf = (reply: Reply) => reply.body.methods.map(({ name }: { name: string }) => name);
    expect(namesOf(await server.login(account.user))).toEqual(['webauthn', 'email', 'app']);
    expect(namesOf(await post('step-up', {}))).toEqual(['webauthn', 'email', 'app']);
  });
});
