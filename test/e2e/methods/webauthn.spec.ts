import { authConfigFile } from '../../support/auth-config-file.js';
import { type Reply } from '../../support/http-client.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  type Problem,
} from '../../support/problems.js';
import { ORIGIN, SECURITY_KEYS } from '../../support/security-keys.js';
import {
  type SignedIn,
  startServer,
  type TestServer,
  type TestUser,
} from '../../support/server.js';
import { type Conduct, SoftwareAuthenticator } from '../../support/software-authenticator.js';

const WRONG_PROOF: Problem = [400, 'invalid_code', 'Invalid code'];
const NOT_ONE = { credential: ['Not the JSON form of a public key credential.'] };

let server: TestServer;
let account: SignedIn;
let key: SoftwareAuthenticator;

beforeAll(async () => {
  server = await startServer(SECURITY_KEYS, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  key = newKey();
});

const newKey = (conduct?: Conduct) => new SoftwareAuthenticator(ORIGIN, conduct);

/** What one person does with security keys. */
function drawer(host = server, { access, user }: SignedIn = account) {
  const setUp = (fields: object = {}) =>
    host.post('/mfa/', { method: 'webauthn', ...fields }, access);
  const confirm = (credential: object, fields: object = {}) =>
    host.post('/mfa/confirm/', { method: 'webauthn', credential, ...fields }, access);
  const add = async (label: string, holder: SoftwareAuthenticator): Promise<string> => {
    const { body } = await setUp({ label });
    const { authenticator_id } = body;
    const { status } = await confirm(holder.create(body.setup_data), { authenticator_id });
    if (status !== 200) throw new Error('The key was not taken.');
    host.clock.advance({ seconds: 1 });
    return String(authenticator_id);
  };
  const listed = async () => {
    const { body } = await host.get('/mfa/', access);
    const method = body.find(({ name }: { name: string }) => name === 'webauthn');
    return method.details.authenticators;
  };
  const signIn = async (holder: SoftwareAuthenticator, conduct?: Conduct) => {
    const { ephemeral_token, challenge } = await begin(host, user);
    return verify(host, ephemeral_token, holder.get(challenge, conduct));
  };
  return { setUp, confirm, add, listed, signIn };
}

async function begin(host: TestServer, user: TestUser) {
  const { body } = await host.login(user);
  return { ephemeral_token: String(body.ephemeral_token), challenge: body.challenge };
}

const verify = (host: TestServer, ephemeral_token: string, credential: object) =>
  host.post('/login/verify/', { ephemeral_token, credential });

function amrOf({ body }: Reply): string[] {
  const [, claims = ''] = String(body.access).split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).amr;
}

const labelsOf = (listed: readonly { label: string }[]) => listed.map(({ label }) => label);

describe('garbage in the place of an answer', () => {
  const GARBAGE = 25;

  /** Step-ups of the session, five wrong answers to each. */
  async function garbageIn(access: string, credential: object): Promise<Set<string>> {
    const codes = new Set<string>();
    for (let i = 0, ephemeral_token = ''; i < GARBAGE; i++) {
      if (i % 5 === 0) {
        ({ ephemeral_token } = (await server.post('/step-up/', {}, access)).body);
      }
      const { body } = await server.post('/step-up/verify/', { ephemeral_token, credential });
      codes.add(body.code);
    }
    return codes;
  }

  it('locks neither the method nor the account, nor ends a session', async () => {
    const { add, signIn } = drawer();
    await add('Key', key);
    // It answers another challenge than any that is open.
    const stale = key.get((await begin(server, account.user)).challenge);
    for (let i = 0; i < GARBAGE; i++) {
      const { ephemeral_token } = await begin(server, account.user);
      const reply = await verify(server, ephemeral_token, stale);
      expectProblem(reply, WRONG_PROOF, { attempts_left: 4 });
    }
    expect(await garbageIn(account.access, stale)).toEqual(new Set(['invalid_code']));
    expect((await signIn(key)).status).toBe(200);
    expect((await server.get('/user/', account.access)).status).toBe(200);
    const sql = `SELECT m.failures + a.failures AS failures FROM mfa_methods m
      JOIN mfa_accounts a ON a.user_id = m.user_id WHERE m.user_id = $1`;
    expect(await server.dataSource.query(sql, [account.user.id])).toEqual([{ failures: 0 }]);
  });

  it('is counted where it may be a backup code, and shuts no key out', async () => {
    const { add, signIn } = drawer();
    await add('Key', key);
    const guess = async () => {
      const { ephemeral_token } = await begin(server, account.user);
      return server.verifyLogin(ephemeral_token, 'ZZZZ-ZZZZ-ZZZZ');
    };
    for (let i = 0; i < 20; i++) expectProblem(await guess(), WRONG_PROOF, { attempts_left: 4 });
    expect((await guess()).body.code).toBe('account_locked');
    expect((await signIn(key)).status).toBe(200);
  });
});

describe('security keys', () => {
  it('are set up by the options of a browser, and shown without their keys', async () => {
    const { setUp, confirm, listed } = drawer();
    const { status, body } = await setUp({ label: 'Blue key' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      method: 'webauthn',
      authenticator_id: expect.any(String),
      setup_data: {
        rp: { id: 'example.org', name: 'MyApplication' },
        user: { name: account.user.username },
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        excludeCredentials: [],
        attestation: 'none',
      },
    });
    const reply = await confirm(key.create(body.setup_data));
    expect([reply.status, reply.body]).toEqual([200, { detail: 'Activated MFA method' }]);
    expect(await listed()).toEqual([
      {
        id: body.authenticator_id,
        label: 'Blue key',
        created_at: server.timeIn(0),
        confirmed_at: server.timeIn(0),
        last_used_at: expect.anything(),
        credential_id: expect.any(String),
        sign_count: 0,
        device_type: 'singleDevice',
        backed_up: false,
        transports: ['usb', 'nfc'],
        aaguid: '01020304-0506-0708-090a-0b0c0d0e0f10',
        user_verified: false,
        is_passkey: false,
      },
    ]);
  });

  it('are described to clients by a schema that needs no other document', async () => {
    const { body } = await server.get('/mfa/handlers/');
    const { input_schema } = body.find(({ name }: { name: string }) => name === 'webauthn');
    expect(input_schema.required).toEqual(['credential']);
    expect(input_schema.properties.credential).toMatchObject({
      type: 'object',
      required: ['id', 'rawId', 'type', 'response'],
      properties: { response: { properties: { clientDataJSON: { maxLength: 5462 } } } },
    });
    expect(JSON.stringify(input_schema)).not.toContain('$ref');
  });

  it('can be several, each named, used, renamed and removed by itself', async () => {
    const { setUp, add, listed, signIn } = drawer();
    const spare = newKey();
    const [first, second] = [await add('Blue key', key), await add('Spare', spare)];
    const { body } = await setUp({ label: 'Third' });
    expect(() => spare.create(body.setup_data)).toThrow('set up already');
    expect((await signIn(key)).status).toBe(200);
    server.clock.advance({ seconds: 60 });
    const usedAt = server.timeIn(0);
    expect((await signIn(spare)).status).toBe(200);
    expect((await signIn(spare)).status).toBe(200);
    expect(await listed()).toMatchObject([
      { id: first, sign_count: 1 },
      { id: second, sign_count: 2, last_used_at: usedAt },
      { label: 'Third', confirmed_at: null },
    ]);
    const authorised = { authorization: `Bearer ${account.access}` };
    const renamed = await server.send('PATCH', `/mfa/authenticators/${second}/`, {
      headers: { ...authorised, 'content-type': 'application/json' },
      body: JSON.stringify({ label: 'In the safe' }),
    });
    expect(renamed.status).toBe(200);
    expect(labelsOf(await listed())).toEqual(['Blue key', 'In the safe', 'Third']);
    await server.send('DELETE', `/mfa/authenticators/${first}/`, { headers: authorised });
    expect(labelsOf(await listed())).toEqual(['In the safe', 'Third']);
    const { challenge } = await begin(server, account.user);
    expect(() => key.get(challenge)).toThrow('no such key');
    expect((await signIn(spare)).status).toBe(200);
  });

  it('say in the access token that a key was there, and whether it knew its person', async () => {
    const { add, signIn } = drawer();
    await add('Blue key', key);
    expect(amrOf(await signIn(key))).toEqual(['pwd', 'pop', 'user', 'mfa']);
    const verified = await signIn(key, { isVerified: true });
    expect(amrOf(verified)).toEqual(['pwd', 'pop', 'user', 'uv', 'mfa']);
  });

  it('can be chosen in the place of another method, and left for it', async () => {
    const { add } = drawer();
    const { secret } = await server.enrolApp(account);
    await add('Blue key', key);
    const { ephemeral_token } = await begin(server, account.user);
    const change = (new_method: string) =>
      server.post('/login/change-method/', { ephemeral_token, new_method });
    const { body } = await change('webauthn');
    expect(body.challenge).toMatchObject({ rpId: 'example.org', userVerification: 'preferred' });
    await change('app');
    const stale = await verify(server, ephemeral_token, key.get(body.challenge));
    expect(stale.status).toBe(400);
    const again = await change('webauthn');
    const reply = await verify(server, ephemeral_token, key.get(again.body.challenge));
    expect(reply.status).toBe(200);
    const other = await begin(server, account.user);
    expect((await server.verifyLogin(other.ephemeral_token, server.totp(secret))).status).toBe(200);
  });

  it('prove their method to change factors, when they are asked', async () => {
    const { add } = drawer();
    await server.enrolApp(account);
    await add('Blue key', key);
    const { access } = account;
    const ask = () => server.post('/mfa/challenge/', { method: 'webauthn' }, access);
    const deactivate = (credential: object) =>
      server.post('/mfa/deactivate/', { method: 'webauthn', credential }, access);
    const { status, body } = await ask();
    expect(status).toBe(200);
    const evil = key.get(body.challenge, { origin: 'https://evil.test' });
    expect((await deactivate(evil)).body).toMatchObject({ code: 'invalid_code' });
    const right = key.get((await ask()).body.challenge);
    expect((await deactivate(right)).status).toBe(200);
  });

  it('come back by their own proof once they were deactivated, and not with another one', async () => {
    const { add, setUp, confirm, listed, signIn } = drawer();
    await server.enrolApp(account);
    await add('Blue key', key);
    const { access } = account;
    const asked = await server.post('/mfa/challenge/', { method: 'webauthn' }, access);
    const credential = key.get(asked.body.challenge);
    await server.post('/mfa/deactivate/', { method: 'webauthn', credential }, access);
    const { body } = await setUp({ label: 'Spare' });
    const { authenticator_id } = body;
    const spare = newKey();
    expect((await confirm(spare.create(body.setup_data), { authenticator_id })).status).toBe(200);
    const [blue, other] = await listed();
    expect([blue?.confirmed_at, other?.label]).toEqual([null, 'Spare']);
    await server.post('/mfa/primary/', { method: 'webauthn' }, access);
    expect((await signIn(spare)).status).toBe(200);
    const again = await server.post(
      '/mfa/challenge/',
      { method: 'webauthn', authenticator_id: blue?.id },
      access,
    );
    const proof = key.get(again.body.challenge);
    expect((await confirm(proof, { authenticator_id: blue?.id })).status).toBe(200);
    expect((await signIn(key)).status).toBe(200);
  });

  it('can be stood in for by a backup code', async () => {
    const { setUp, confirm } = drawer();
    const { body } = await setUp();
    await confirm(key.create(body.setup_data));
    const { ephemeral_token } = await begin(server, account.user);
    expect((await server.verifyLogin(ephemeral_token, body.backup_codes[0])).status).toBe(200);
  });
});

describe('an answer of a security key is refused', () => {
  const refuses = async (conduct: Conduct, attemptsLeft = 4) => {
    const { ephemeral_token, challenge } = await begin(server, account.user);
    const reply = await verify(server, ephemeral_token, key.get(challenge, conduct));
    expectProblem(reply, WRONG_PROOF, { attempts_left: attemptsLeft });
  };

  beforeEach(async () => {
    await drawer().add('Blue key', key);
  });

  it.each<[string, Conduct]>([
    ['comes from another origin', { origin: 'https://login.example.org.evil.test' }],
    ['comes from an origin that is not listed', { origin: 'https://example.org' }],
    ['is for another relying party', { rpId: 'login.example.org' }],
    ['comes from a page that another one frames', { crossOrigin: true }],
    ['was given by nobody', { isPresent: false }],
  ])('when it %s', async (_, conduct) => {
    await refuses(conduct);
  });

  it('when its count shows a copy of the key', async () => {
    const { signIn, listed } = drawer();
    expect((await signIn(key, { signCount: 5 })).status).toBe(200);
    await refuses({ signCount: 5 }, 5);
    await refuses({ signCount: 4 }, 5);
    expect(await listed()).toMatchObject([{ sign_count: 5 }]);
    expect((await signIn(key, { signCount: 6 })).status).toBe(200);
  });

  it('when it is given twice, to its own login or to the next', async () => {
    const { ephemeral_token, challenge } = await begin(server, account.user);
    const next = await begin(server, account.user);
    const answer = key.get(challenge);
    expectProblem(await verify(server, next.ephemeral_token, answer), WRONG_PROOF, {
      attempts_left: 4,
    });
    expect((await verify(server, ephemeral_token, answer)).status).toBe(200);
    expectProblem(await verify(server, ephemeral_token, answer), INVALID_TOKEN);
    const later = await begin(server, account.user);
    expectProblem(await verify(server, later.ephemeral_token, answer), WRONG_PROOF, {
      attempts_left: 4,
    });
  });

  it('when it is given many times at once, but for one of them', async () => {
    const { ephemeral_token, challenge } = await begin(server, account.user);
    const answer = key.get(challenge);
    const many = Array.from({ length: 10 }, () => verify(server, ephemeral_token, answer));
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  });

  it('when it belongs to the other ceremony', async () => {
    const { setUp, confirm } = drawer();
    const { body } = await setUp({ label: 'Spare' });
    const { ephemeral_token, challenge } = await begin(server, account.user);
    const registration = newKey().create(body.setup_data, { challenge: challenge.challenge });
    expectProblem(await verify(server, ephemeral_token, registration), WRONG_PROOF, {
      attempts_left: 4,
    });
    const assertion = key.get(challenge, { challenge: body.setup_data.challenge });
    expect((await confirm(assertion)).body).toMatchObject({ code: 'invalid_code' });
    const right = newKey().create(body.setup_data);
    expect((await confirm(right)).status).toBe(200);
  });

  it('when it is none at all', async () => {
    const { ephemeral_token } = await begin(server, account.user);
    const { credentials } = key;
    const { id = '' } = credentials[0] ?? {};
    const response = { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' };
    const answers: unknown[] = [
      {},
      [],
      'text',
      { id, rawId: id, type: 'public-key', response: {} },
    ];
    for (const answer of answers) {
      const reply = await server.post('/login/verify/', { ephemeral_token, credential: answer });
      expectFaults(reply, NOT_ONE);
    }
    const empty = { id, rawId: id, type: 'public-key', response };
    expectProblem(await verify(server, ephemeral_token, empty), WRONG_PROOF, { attempts_left: 4 });
  });
});

describe('with user verification required', () => {
  it('takes a key that knows its person alone', async () => {
    const strict = await startServer({
      AUTH_CONFIG: authConfigFile(
        'factors:\n  - type: webauthn\n    user_verification: required\n    rp_name: Example\n',
      ),
      WEBAUTHN_RP_ID: 'example.org',
      WEBAUTHN_ORIGINS: ORIGIN,
    });
    try {
      const { setUp, confirm, signIn } = drawer(strict, await strict.signUp());
      const { body } = await setUp();
      expect(body.setup_data).toMatchObject({
        rp: { name: 'Example' },
        authenticatorSelection: { userVerification: 'required' },
      });
      const unverified = key.create(body.setup_data);
      expect((await confirm(unverified)).body).toMatchObject({ code: 'invalid_code' });
      const holder = newKey({ isVerified: true });
      expect((await confirm(holder.create(body.setup_data))).status).toBe(200);
      const careless = await signIn(holder, { isVerified: false });
      expect(careless.body).toMatchObject({ code: 'invalid_code' });
      expect((await signIn(holder)).status).toBe(200);
    } finally {
      await strict.stop();
    }
  });
});
