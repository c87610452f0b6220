import { createHmac, type KeyObject, sign } from 'node:crypto';
import { newKey } from './software-authenticator.js';

/** Members of a header or a payload; undefined removes one. */
type Members = Readonly<Record<string, unknown>>;

/** Signs `header.payload`. */
type Signer = (input: string) => Buffer;

/** A forged token, and how it is forged. */
export interface Forgery {
  readonly name: string;
  readonly token: string;
}

/** The key with which a server really signs a kind of token. */
export type TrueKey =
  | { readonly kind: 'ES256'; readonly privateKey: KeyObject; readonly publicPem: string }
  | { readonly kind: 'HS256'; readonly secret: Buffer };

/** The URL of the attacker's keys. */
const KEY_URL = 'https://attacker.example/keys.json';

/** The signer of tokens that a server must accept. */
export function trueSigner(key: TrueKey): Signer {
  return key.kind === 'ES256' ? es256(key.privateKey) : hmac('sha256', key.secret);
}

/** A good token with changed members, signed again. */
export function resign(good: string, signer: Signer, header: Members, payload: Members): string {
  const [goodHeader = '', goodPayload = ''] = good.split('.');
  const input = [
    encode({ ...decode(goodHeader), ...header }),
    encode({ ...decode(goodPayload), ...payload }),
  ].join('.');
  return `${input}.${signer(input).toString('base64url')}`;
}

/** The payload of a token, unchecked. */
export function payloadOf(token: string): Record<string, unknown> {
  return decode(token.split('.')[1] ?? '');
}

/**
 * Forgeries of a good token that its consumer must refuse, each wrong in one point.
 *
 * @param foreign good tokens of other kinds
 */
export function forgeriesOf(good: string, key: TrueKey, foreign: readonly string[]): Forgery[] {
  const byTrueKey = (header: Members, payload: Members) =>
    resign(good, trueSigner(key), header, payload);
  return [
    ...unsigned(good),
    ...ofAnotherKey(good),
    ...ofAnotherAlgorithm(good, key),
    ...cutAndChanged(good),
    ...foreign.flatMap((other) => ofAnotherKind(good, byTrueKey, other)),
    ...ofNoKind(byTrueKey),
    ...atAnotherTime(good, byTrueKey),
  ];
}

function unsigned(good: string): Forgery[] {
  return ['none', 'None', 'NONE', ''].map((alg) => ({
    name: `alg "${alg}" without a signature`,
    token: resign(good, () => Buffer.alloc(0), { alg }, {}),
  }));
}

/** The attacker uses an own key, and points to it in every known way. */
function ofAnotherKey(good: string): Forgery[] {
  const { privateKey, publicKey } = newKey('ES256');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'mine', alg: 'ES256' };
  const headers: Record<string, Members> = {
    'the known kid': {},
    'no kid': { kid: undefined },
    'a jwk': { jwk, kid: undefined },
    'a jwk and the known kid': { jwk },
    'a jku': { jku: KEY_URL, kid: 'mine' },
    'an x5u': { x5u: KEY_URL, kid: 'mine' },
    'an x5c': { x5c: ['MIIB'], kid: undefined },
  };
  const asymmetric = Object.entries(headers).map(([name, header]) => ({
    name: `another key and ${name}`,
    token: resign(good, es256(privateKey), { alg: 'ES256', ...header }, {}),
  }));
  const kids = ['../../../../dev/null', '/dev/null', '', '__proto__', 'constructor', "' OR 1=1 --"];
  const symmetric = kids.map((kid) => ({
    name: `an empty secret and kid "${kid}"`,
    token: resign(good, hmac('sha256', Buffer.alloc(0)), { alg: 'HS256', kid }, {}),
  }));
  return [...asymmetric, ...symmetric];
}

function ofAnotherAlgorithm(good: string, key: TrueKey): Forgery[] {
  if (key.kind === 'HS256') {
    const stronger = hmac('sha512', key.secret);
    return [
      { name: 'HS512 under the true key', token: resign(good, stronger, { alg: 'HS512' }, {}) },
    ];
  }
  const asSecret = hmac('sha256', Buffer.from(key.publicPem));
  return [
    {
      name: 'HS256 with the public key as its secret',
      token: resign(good, asSecret, { alg: 'HS256' }, {}),
    },
    ...['ES384', 'RS256', 'PS256', 'EdDSA'].map((alg) => ({
      name: `the header changed to ${alg}`,
      token: resign(good, es256(key.privateKey), { alg }, {}),
    })),
  ];
}

function cutAndChanged(good: string): Forgery[] {
  const [header = '', payload = '', signature = ''] = good.split('.');
  const changed = encode({ ...decode(payload), sub: '00000000-0000-7000-8000-000000000000' });
  return [
    {
      name: 'another subject under the old signature',
      token: [header, changed, signature].join('.'),
    },
    { name: 'no signature', token: `${header}.${payload}.` },
    { name: 'two parts', token: `${header}.${payload}` },
    { name: 'five parts', token: `${good}.${payload}.${signature}` },
    { name: 'a cut signature', token: good.slice(0, -4) },
  ];
}

/** Two kinds may share a `typ`, but never an `aud`. */
function ofAnotherKind(
  good: string,
  byTrueKey: (header: Members, payload: Members) => string,
  foreign: string,
): Forgery[] {
  const { aud } = payloadOf(foreign);
  const typ = typOf(foreign);
  return [
    ...(typ === typOf(good) ? [] : [{ name: `the typ ${typ}`, token: byTrueKey({ typ }, {}) }]),
    { name: `the aud ${String(aud)}`, token: byTrueKey({}, { aud }) },
  ];
}

function ofNoKind(byTrueKey: (header: Members, payload: Members) => string): Forgery[] {
  return [
    { name: 'typ JWT', token: byTrueKey({ typ: 'JWT' }, {}) },
    { name: 'no typ', token: byTrueKey({ typ: undefined }, {}) },
    { name: 'no aud', token: byTrueKey({}, { aud: undefined }) },
    { name: 'no kid', token: byTrueKey({ kid: undefined }, {}) },
    { name: 'a kid that is not in the ring', token: byTrueKey({ kid: 'mine' }, {}) },
    { name: 'an unknown critical header', token: byTrueKey({ crit: ['b64'], b64: false }, {}) },
    { name: 'no sub', token: byTrueKey({}, { sub: undefined }) },
    { name: 'a sub that is no text', token: byTrueKey({}, { sub: 7 }) },
    { name: 'no jti', token: byTrueKey({}, { jti: undefined }) },
  ];
}

function typOf(token: string): string {
  return String(decode(token.split('.')[0] ?? '')['typ']);
}

function atAnotherTime(
  good: string,
  byTrueKey: (header: Members, payload: Members) => string,
): Forgery[] {
  const { iat, exp } = payloadOf(good);
  const later = Number(exp) + 3600;
  return [
    { name: 'expired', token: byTrueKey({}, { exp: iat }) },
    { name: 'no exp', token: byTrueKey({}, { exp: undefined }) },
    { name: 'an exp that is a text', token: byTrueKey({}, { exp: String(later) }) },
    { name: 'nbf in the future', token: byTrueKey({}, { nbf: later }) },
    { name: 'an nbf that is a text', token: byTrueKey({}, { nbf: 'now' }) },
  ];
}

function es256(key: KeyObject): Signer {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

function hmac(hash: string, secret: Buffer): Signer {
  return (input) => createHmac(hash, secret).update(input).digest();
}

function encode(members: Members): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url');
}

function decode(part: string): Record<string, unknown> {
  // Each part of our tokens is a JSON object.
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
