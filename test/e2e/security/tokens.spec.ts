import { createPublicKey, hkdfSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { SigningKeys } from '../../../src/server/sessions/signing-keys.js';
import {
  forgeriesOf,
  payloadOf,
  resign,
  type TrueKey,
  trueSigner,
} from '../../support/forged-tokens.js';
import { changeToken, freeAddress, signUpConfirmed } from '../../support/email-change.js';
import { type Reply } from '../../support/http-client.js';
import { listRoutes } from '../../support/openapi-routes.js';
import { loginOnDevice, remember, WITH_DEVICES } from '../../support/remembered-device.js';
import { mailedToken } from '../../support/route-bodies.js';
import { withPasskeys } from '../../support/security-keys.js';
import {
  type EnrolledApp,
  KEYS,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const MANY_REQUESTS_MILLISECONDS = 60_000;

const JWT_KINDS = [
  'access',
  'login',
  'passkey',
  'step-up',
  'reset',
  'verification',
  'address',
] as const;
type JwtKind = (typeof JWT_KINDS)[number];

/**
 * Those of refresh, of a device and of a "this was not me" link are no JWTs: forgeries of the first two are
 * refused in their own specs, and in the other there is nothing to forge.
 */
const KINDS = [...JWT_KINDS, 'refresh', 'device', 'not-me'] as const;
type Kind = (typeof KINDS)[number];

/** A token that is none of a device is no failure: the second factor is asked for. */
const ASKED = 'asked';

/** What a refusal of such a token is; a signed-in user's is another than anybody's. */
const REFUSALS: Readonly<Record<Kind, readonly [status: number, code: string]>> = {
  access: [401, 'token_not_valid'],
  refresh: [401, 'token_not_valid'],
  device: [200, ASKED],
  login: [400, 'invalid_token'],
  passkey: [400, 'invalid_token'],
  'step-up': [400, 'invalid_token'],
  reset: [400, 'invalid_token'],
  verification: [400, 'invalid_token'],
  address: [400, 'invalid_token'],
  'not-me': [400, 'invalid_token'],
};

/** An answer of a passkey that is right in its form alone. */
const WELL_FORMED = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
};

/** A place that takes tokens of one kind. */
interface Consumer {
  readonly name: string;
  readonly takes: Kind;
  send(token: string): Promise<Reply>;
}

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;
let consumers: Consumer[];

beforeAll(async () => {
  const features = { ...withPasskeys(), ...WITH_DEVICES };
  server = await startServer({ EMAIL_VERIFICATION: 'link', ...features });
  account = await server.signUp();
  app = await server.enrolApp(account);
  consumers = [...(await bearerConsumers()), ...bodyConsumers()];
});
afterAll(() => server.stop());

/** Every route of the document that asks for an access token. */
async function bearerConsumers(): Promise<Consumer[]> {
  const routes = (await listRoutes(server)).filter(({ needsAccess }) => needsAccess);
  return routes.map(({ method, path, takesBody }) => ({
    name: `${method} ${path}`,
    takes: 'access' as const,
    send: (token: string) =>
      server.send(method, `/${path}`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(takesBody && { 'content-type': 'application/json' }),
        },
        ...(takesBody && { body: '{}' }),
      }),
  }));
}

function bodyConsumers(): Consumer[] {
  const places: [path: string, takes: Kind, field: string, more?: object][] = [
    ['/token/verify/', 'access', 'token'],
    ['/token/refresh/', 'refresh', 'refresh'],
    ['/logout/', 'refresh', 'refresh'],
    ['/login/verify/', 'login', 'ephemeral_token', { code: '000000' }],
    ['/login/change-method/', 'login', 'ephemeral_token', { new_method: 'email' }],
    ['/login/resend/', 'login', 'ephemeral_token'],
    ['/login/cancel/', 'login', 'ephemeral_token'],
    ['/login/passkey/verify/', 'passkey', 'ephemeral_token', { credential: WELL_FORMED }],
    ['/step-up/verify/', 'step-up', 'ephemeral_token', { password: 'not the password' }],
    ['/password/reset/confirm/', 'reset', 'token', { new_password: 'another horse battery' }],
    ['/email/verify/', 'verification', 'token'],
    ['/email/change/confirm/', 'address', 'token'],
    ['/repudiate/', 'not-me', 'token'],
  ];
  const others = places.map(([path, takes, field, more]) => ({
    name: `POST ${path}`,
    takes,
    send: (token: string) => server.post(path, { [field]: token, ...more }),
  }));
  const send = (token: string) => loginOnDevice(server, account.user, token);
  return [...others, { name: 'POST /login/', takes: 'device', send }];
}

/** Good tokens that nobody has used, each of somebody who has no other of its kind. */
const MAKERS: Readonly<Record<Kind, () => Promise<string>>> = {
  access: async () => (await server.signUp()).access,
  refresh: async () => (await server.signUp()).refresh,
  login: () => server.beginLogin(account.user),
  passkey: async () => (await server.post('/login/passkey/', {})).body.ephemeral_token,
  'step-up': async () => {
    const { access } = await server.signUp();
    return (await server.post('/step-up/', {}, access)).body.ephemeral_token;
  },
  reset: async () => {
    const { id, email } = await server.register();
    await confirmAddress(id);
    await server.post('/password/reset/', { email });
    await server.deliverEvents();
    return mailedToken(server, email, '/account/reset-password');
  },
  verification: async () => {
    // One network has but few such mails in an hour.
    await server.dataSource.query(`DELETE FROM mfa_send_budgets WHERE key LIKE 'email-verif%'`);
    const { email } = await server.register();
    await server.deliverEvents();
    return mailedToken(server, email, '/account/verify-email');
  },
  address: async () => changeToken(server, await signUpConfirmed(server), freeAddress()),
  device: async () => (await remember(server, { ...account, app })).device,
  'not-me': async () => {
    const { user, access } = await server.signUp();
    await confirmAddress(user.id);
    const passwords = { old_password: user.password, new_password: 'another horse battery' };
    await server.post('/password/change/', passwords, access);
    await server.deliverEvents();
    return mailedToken(server, user.email, '/account/not-me');
  },
};

/** What its owner does; mails go to no other address. */
async function confirmAddress(userId: string): Promise<void> {
  await server.dataSource.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [
    userId,
  ]);
}

const freshToken = (kind: Kind): Promise<string> => MAKERS[kind]();

/** Tokens of all the other kinds that say what they are for. */
async function foreignTokens(kind: JwtKind): Promise<string[]> {
  const tokens: string[] = [];
  // One after the other: a delivery that another maker has begun is not waited for.
  for (const other of JWT_KINDS) if (other !== kind) tokens.push(await freshToken(other));
  return tokens;
}

/** The true key of a kind: with it the test makes what only the server can make. */
function keyOf(kind: JwtKind): TrueKey {
  if (['login', 'passkey', 'step-up'].includes(kind)) {
    const key = Buffer.from(KEYS.MFA_SECRET_KEYS.split(':')[1] ?? '', 'base64url');
    const secret = hkdfSync('sha256', key, '', 'nestjs-mfa/v1/ephemeral-token', 32);
    return { kind: 'HS256', secret: Buffer.from(secret) };
  }
  const { privateKey } = server.app.get(SigningKeys, { strict: false }).newest;
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { kind: 'ES256', privateKey, publicPem };
}

/** Refused as a bad token, and for no other reason. */
function isRefused({ status, body }: Reply, takes: Kind): boolean {
  const [refusal, code] = REFUSALS[takes];
  const told = body.mfa_enabled === true ? ASKED : body.code;
  return status === refusal && told === code;
}

describe('every kind of token at every consumer', () => {
  it(
    'passes on the diagonal alone',
    async () => {
      // What is refused is not spent, so one of each kind does for all the consumers of others.
      const kept = new Map<Kind, string>();
      for (const kind of KINDS) kept.set(kind, await freshToken(kind));
      const matrix: string[] = [];
      for (const consumer of consumers) {
        for (const kind of KINDS) {
          const token = kind === consumer.takes ? await freshToken(kind) : kept.get(kind);
          const reply = await consumer.send(String(token));
          if (!isRefused(reply, consumer.takes)) matrix.push(`${kind} at ${consumer.name}`);
        }
      }
      expect(matrix).toEqual(consumers.map(({ takes, name }) => `${takes} at ${name}`));
      expect(consumers.length).toBeGreaterThanOrEqual(37);
      // They were good all the time: each is still taken where it belongs.
      for (const [kind, token] of kept) {
        const own = consumers.find(({ takes }) => takes === kind);
        const reply = await own?.send(token);
        expect([kind, reply && isRefused(reply, kind)]).toEqual([kind, false]);
      }
    },
    MANY_REQUESTS_MILLISECONDS,
  );

  it.each(JWT_KINDS)(
    'refuses every forgery: %s',
    async (kind) => {
      const forgeries = forgeriesOf(await freshToken(kind), keyOf(kind), await foreignTokens(kind));
      const passed: string[] = [];
      for (const consumer of consumers.filter(({ takes }) => takes === kind)) {
        for (const { name, token } of forgeries) {
          const reply = await consumer.send(token);
          if (!isRefused(reply, kind)) passed.push(`${name} at ${consumer.name}: ${reply.status}`);
        }
      }
      expect(passed).toEqual([]);
    },
    MANY_REQUESTS_MILLISECONDS,
  );

  it.each([
    ['login', 'step-up', '/step-up/verify/', { password: 'not the password' }],
    ['step-up', 'login', '/login/verify/', { code: '000000' }],
  ] as const)('judges no proof of a %s as one of a %s', async (kind, other, path, proof) => {
    const { aud } = payloadOf(await freshToken(other));
    const token = resign(await freshToken(kind), trueSigner(keyOf(kind)), {}, { aud });
    // Even a token that says so does not make one of the other: the challenge knows what it is for.
    const reply = await server.post(path, { ephemeral_token: token, ...proof });
    expect(isRefused(reply, other)).toBe(true);
  });

  it.each(JWT_KINDS)(
    'believes what the test signs when nothing in it is wrong: %s',
    async (kind) => {
      for (const consumer of consumers.filter(({ takes }) => takes === kind)) {
        const copy = resign(await freshToken(kind), trueSigner(keyOf(kind)), {}, {});
        expect([consumer.name, isRefused(await consumer.send(copy), kind)]).toEqual([
          consumer.name,
          false,
        ]);
      }
    },
  );

  it.each(['access', 'reset', 'verification', 'address'] as const)(
    'refuses another issuer: %s',
    async (kind) => {
      const good = await freshToken(kind);
      for (const iss of ['https://elsewhere.example', undefined]) {
        const token = resign(good, trueSigner(keyOf(kind)), {}, { iss });
        for (const consumer of consumers.filter(({ takes }) => takes === kind)) {
          expect(isRefused(await consumer.send(token), kind)).toBe(true);
        }
      }
    },
  );

  it('refuses an access token that does not say how and when', async () => {
    const good = await freshToken('access');
    for (const claims of [
      { amr: undefined },
      { amr: 'mfa' },
      { auth_time: 'now' },
      { proof_id: 1 },
    ]) {
      const token = resign(good, trueSigner(keyOf('access')), {}, claims);
      expect(isRefused(await server.get('/user/', token), 'access')).toBe(true);
    }
  });

  it('confirms no address by a token that names none', async () => {
    const good = await freshToken('verification');
    for (const claims of [{ email: undefined }, { email: 7 }, { email: 'other@example.org' }]) {
      const token = resign(good, trueSigner(keyOf('verification')), {}, claims);
      const reply = await server.post('/email/verify/', { token });
      expect(isRefused(reply, 'verification')).toBe(true);
    }
  });

  it('reads no token from the query string, a cookie or another scheme', async () => {
    const { access } = await server.signUp();
    const attempts: [path: string, headers: Record<string, string>][] = [
      [`/user/?access_token=${access}&token=${access}`, {}],
      ['/user/', { cookie: `access=${access}; auth-jwt=${access}` }],
      ['/user/', { authorization: `Token ${access}` }],
      ['/user/', { authorization: access }],
    ];
    for (const [path, headers] of attempts) {
      const reply = await server.send('GET', path, { headers });
      expect([reply.status, reply.body.code]).toEqual([401, 'not_authenticated']);
    }
  });
});

describe('what an access token says', () => {
  const seconds = () => Math.floor(server.clock.now().getTime() / 1000);

  it('names one factor after one', async () => {
    const { access } = await server.signUp();
    expect(payloadOf(access)).toMatchObject({
      iss: 'http://localhost:3000',
      aud: 'http://localhost:3000/api',
      amr: ['pwd'],
      acr: 'urn:nestjs-mfa:acr:1',
      auth_time: seconds(),
    });
  });

  it('names two after two, also through a refresh, and when they were proven', async () => {
    server.clock.advance({ seconds: 30 });
    const login = await server.beginLogin(account.user);
    const { body } = await server.verifyLogin(login, server.totp(app.secret));
    const proven = {
      amr: ['pwd', 'otp', 'mfa'],
      acr: 'urn:nestjs-mfa:acr:2',
      auth_time: seconds(),
    };
    expect(payloadOf(body.access)).toMatchObject(proven);
    server.clock.advance({ seconds: 600 });
    const renewed = await server.post('/token/refresh/', { refresh: body.refresh });
    expect(payloadOf(renewed.body.access)).toMatchObject({ ...proven, iat: seconds() });
  });

  it('names two after a backup code', async () => {
    const login = await server.beginLogin(account.user);
    const { body } = await server.verifyLogin(login, app.backupCodes[0] ?? '');
    expect(payloadOf(body.access)).toMatchObject({ acr: 'urn:nestjs-mfa:acr:2' });
  });
});

describe('the published keys', () => {
  it('verify an access token, and hold no private member', async () => {
    const { body } = await server.get('//.well-known/jwks.json');
    expect(body).toEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          alg: 'ES256',
          use: 'sig',
          kid: expect.any(String),
          x: expect.any(String),
          y: expect.any(String),
        },
      ],
    });
    const { access, user } = await server.signUp();
    const currentDate = server.clock.now();
    const { payload } = await jwtVerify(access, createLocalJWKSet(body), { currentDate });
    expect(payload.sub).toBe(user.id);
  });
});
