import { generateKeyPairSync } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { clockSkew, customFetch, validateJwtAccessToken } from 'oauth4webapi';
import { addSeconds } from '../../mfa/index.js';
import { FakeClock, FakeRandomSource } from '../../mfa/testing/index.js';
import { generateKeys } from '../config/keys/generate-keys.js';
import { readConfig } from '../config/read-config.js';
import { AccessTokens } from './access-tokens.js';
import { SessionJwt } from './session-jwt.js';
import { SigningKeys } from './signing-keys.js';

const keys = generateKeys(new FakeRandomSource());
const clock = new FakeClock();
const now = clock.now();
const issuer = 'https://login.example.org';
/** The settings that a public URL requires. */
const PUBLICLY = {
  PUBLIC_URL: issuer,
  DATABASE_URL: 'postgres://database/mfa',
  SMTP_URL: 'smtps://mail.example.org',
  REGISTRATION: 'closed',
  ...keys,
};
const config = readConfig(PUBLICLY, () => keys);
const ring = new SigningKeys(config);
const jwt = new SessionJwt(ring, config, clock);
const access = new AccessTokens(jwt, new FakeRandomSource());

const facts = {
  userId: 'u1',
  sessionId: 's1',
  amr: ['pwd'],
  authenticatedAt: now,
  proofId: 'p1',
};
const seconds = Math.floor(now.getTime() / 1000);

const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: ring.newest.kid };
const goodClaims = {
  iss: issuer,
  aud: `${issuer}/api`,
  sub: 'u1',
  client_id: 'first-party',
  sid: 's1',
  jti: 'j1',
  iat: seconds,
  exp: seconds + 300,
  auth_time: seconds,
  amr: ['pwd'],
  proof_id: 'p1',
};

/** A token as {@link AccessTokens} makes it, except for the given parts. */
function forge(header: object, claims: object, key = ring.newest.privateKey): Promise<string> {
  const payload = { ...goodClaims, ...claims } as JWTPayload;
  return new SignJWT(payload).setProtectedHeader({ ...goodHeader, ...header }).sign(key);
}

/** The same without a signature. */
function forgeUnsigned(header: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ ...goodHeader, ...header })}.${part(goodClaims)}.`;
}

const refused = expect.objectContaining({ code: 'token_not_valid', status: 401 });

describe('AccessTokens', () => {
  it('says who, in which session, how and when', async () => {
    const { token, expiresAt } = access.sign(facts, now);
    expect(expiresAt).toEqual(addSeconds(now, 300));
    expect(decodeProtectedHeader(token)).toEqual(goodHeader);
    expect(decodeJwt(token)).toEqual({
      ...goodClaims,
      jti: expect.any(String),
      acr: 'urn:nestjs-mfa:acr:1',
    });
    expect(access.verify(token)).toEqual(facts);
  });

  it('says by acr that two factors were proven', async () => {
    const { token } = access.sign({ ...facts, amr: ['pwd', 'otp', 'mfa'] }, now);
    expect(decodeJwt(token)['acr']).toBe('urn:nestjs-mfa:acr:2');
  });

  it('takes a forged token that differs in nothing, so that the refusals below mean something', async () => {
    expect(access.verify(await forge({}, {}))).toEqual(facts);
  });

  it('says it in the same bytes as the tokens of jose that were given out before', async () => {
    const { token } = access.sign({ ...facts, amr: ['pwd', 'otp', 'mfa'] }, now);
    const { jti } = decodeJwt(token);
    const theirs = await new SignJWT({
      client_id: 'first-party',
      sid: 's1',
      auth_time: seconds,
      amr: ['pwd', 'otp', 'mfa'],
      acr: 'urn:nestjs-mfa:acr:2',
      proof_id: 'p1',
    })
      .setProtectedHeader(goodHeader)
      .setIssuer(issuer)
      .setAudience(`${issuer}/api`)
      .setSubject('u1')
      .setJti(jti ?? '')
      .setIssuedAt(now)
      .setExpirationTime(addSeconds(now, 300))
      .sign(ring.newest.privateKey);
    const unsigned = (one: string) => one.slice(0, one.lastIndexOf('.'));
    expect(unsigned(token)).toBe(unsigned(theirs));
    expect(access.verify(theirs)).toEqual(access.verify(token));
  });

  it('verifies by jose as it did before', async () => {
    const { token } = access.sign(facts, now);
    const [key] = ring.publicKeys;
    if (key === undefined) throw new Error('There is a key.');
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer,
      audience: `${issuer}/api`,
      currentDate: now,
    });
    expect(payload).toMatchObject({ sub: 'u1', sid: 's1' });
  });

  it('ends after five minutes', async () => {
    const { token } = access.sign(facts, addSeconds(now, -299));
    expect(access.verify(token)).toEqual(facts);
    const older = access.sign(facts, addSeconds(now, -300));
    expect(() => access.verify(older.token)).toThrow(refused);
  });

  it.each([
    ['another typ', { typ: 'other+jwt' }, {}],
    ['the general typ', { typ: 'JWT' }, {}],
    ['no typ', { typ: undefined }, {}],
    ['another audience', {}, { aud: `${issuer}/api/auth/token/refresh/` }],
    ['no audience', {}, { aud: undefined }],
    ['another issuer', {}, { iss: 'https://evil.example.org' }],
    ['an unknown kid', { kid: 'other' }, {}],
    ['no kid', { kid: undefined }, {}],
    ['a kid that is a member of objects', { kid: '__proto__' }, {}],
    ['an nbf to come', {}, { nbf: seconds + 60 }],
    ['an exp that is text', {}, { exp: String(seconds + 300) }],
    ['no exp', {}, { exp: undefined }],
    ['no sub', {}, { sub: undefined }],
    ['a sid that is no text', {}, { sid: 1 }],
    ['no auth_time', {}, { auth_time: undefined }],
    ['amr that is no list', {}, { amr: 'pwd' }],
    ['amr of something else than texts', {}, { amr: [1] }],
    ['no proof_id', {}, { proof_id: undefined }],
  ])('refuses %s', async (_, header, claims) => {
    const token = await forge(header, claims);
    expect(() => access.verify(token)).toThrow(refused);
  });

  it('refuses a key that the token brings along', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = await exportJWK(publicKey);
    for (const header of [{ jwk }, { jwk, kid: undefined }, { jku: 'https://evil.example.org' }]) {
      const token = await forge(header, {}, privateKey);
      expect(() => access.verify(token)).toThrow(refused);
    }
  });

  it.each([{ alg: 'none' }, { alg: 'ES256' }, { alg: 'HS256' }])(
    'refuses %j unsigned',
    async (alg) => {
      expect(() => access.verify(forgeUnsigned(alg))).toThrow(refused);
    },
  );

  it('refuses an HMAC under the public key', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(ring.publicJwks()[0]));
    const token = await new SignJWT(goodClaims)
      .setProtectedHeader({ ...goodHeader, alg: 'HS256' })
      .sign(secret);
    expect(() => access.verify(token)).toThrow(refused);
  });

  it.each(['', 'garbage', 'a.b.c', '..'])('refuses %j', async (token) => {
    expect(() => access.verify(token)).toThrow(refused);
  });

  it('refuses a changed token', async () => {
    const [header, , signature] = access.sign(facts, now).token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...goodClaims, sub: 'u2' })).toString('base64url');
    const changed = `${header}.${payload}.${signature}`;
    expect(() => access.verify(changed)).toThrow(refused);
  });
});

describe('an access token, as a resource server sees it that knows RFC 9068 alone', () => {
  const jwks_uri = `${issuer}/.well-known/jwks.json`;

  it('is valid, and names the client that it was given to', async () => {
    const { token } = access.sign(facts, now);
    const request = new Request(`${issuer}/api`, { headers: { authorization: `Bearer ${token}` } });
    const claims = await validateJwtAccessToken({ issuer, jwks_uri }, request, `${issuer}/api`, {
      signingAlgorithms: ['ES256'],
      [clockSkew]: seconds - Math.floor(Date.now() / 1000),
      [customFetch]: async () => Response.json({ keys: ring.publicJwks() }),
    });
    expect(claims).toMatchObject({ sub: 'u1', client_id: 'first-party' });
  });
});

describe('SigningKeys', () => {
  const newer = generateKeys(new FakeRandomSource('newer'));
  const JWT_KEYS = `${newer.JWT_KEYS},${keys.JWT_KEYS}`;
  const rotated = readConfig({ ...PUBLICLY, JWT_KEYS }, () => keys);
  const rotatedRing = new SigningKeys(rotated);
  const rotatedTokens = new AccessTokens(
    new SessionJwt(rotatedRing, rotated, clock),
    new FakeRandomSource(),
  );

  it('signs with the newest key and still believes the old one', async () => {
    const { token } = rotatedTokens.sign(facts, now);
    expect(decodeProtectedHeader(token).kid).toBe(rotated.jwtKeys[0]?.kid);
    const old = access.sign(facts, now);
    expect(rotatedTokens.verify(old.token)).toEqual(facts);
    expect(() => access.verify(token)).toThrow(refused);
  });

  it('takes another ring while it runs, and keeps the present one where that is empty', async () => {
    const turning = new SigningKeys(config);
    const jwtOfTurning = new SessionJwt(turning, config, clock);
    const tokens = new AccessTokens(jwtOfTurning, new FakeRandomSource());
    const before = tokens.sign(facts, now);
    turning.replace(rotated.jwtKeys);
    const after = tokens.sign(facts, now);
    expect(decodeProtectedHeader(after.token).kid).toBe(rotated.jwtKeys[0]?.kid);
    expect(tokens.verify(before.token)).toEqual(facts);
    expect(() => turning.replace([])).toThrow('JWT_KEYS holds no key.');
    expect(turning.publicJwks()).toHaveLength(2);
  });

  it('publishes all keys, and of each the public half alone', () => {
    const published = rotatedRing.publicJwks();
    expect(published.map(({ kid }) => kid)).toEqual(rotated.jwtKeys.map(({ kid }) => kid));
    for (const jwk of published) {
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });
});
