import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
} from 'node:crypto';
import { FakeClock } from '../../testing/fake-clock.js';
import { JWS_ALGORITHMS, JwtKind } from './jwt-kind.js';

const { HS256, ES256 } = JWS_ALGORITHMS;

const now = new FakeClock().now();
const seconds = Math.floor(now.getTime() / 1000);
const facts = {
  sub: 'u1',
  jti: 'j1',
  issuedAt: now,
  expiresAt: new Date(now.getTime() + 60_000),
};

const secret = createSecretKey(Buffer.alloc(32, 1));
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secrets = [{ kid: 'k1', key: secret }];
const publicKeys = [{ kid: 'k1', key: pair.publicKey }];

const hmacs = new JwtKind({ alg: 'HS256', typ: 'a+jwt', aud: 'here', maxLength: 500 });
const signatures = new JwtKind({
  alg: 'ES256',
  typ: 'a+jwt',
  iss: 'us',
  aud: 'here',
  maxLength: 500,
});

const header = { alg: 'HS256', typ: 'a+jwt', kid: 'k1' };
const claims = { aud: 'here', sub: 'u1', jti: 'j1', iat: seconds, exp: seconds + 60 };

/** A token of these parts under the true secret. */
function hmacOf(head: object, payload: object | string): string {
  const input = [head, payload].map(encoded).join('.');
  return `${input}.${HS256.sign(input, secret).toString('base64url')}`;
}

/** A token of these parts under the true private key. */
function signatureOf(head: object, payload: object): string {
  const input = [head, payload].map(encoded).join('.');
  return `${input}.${ES256.sign(input, pair.privateKey).toString('base64url')}`;
}

function encoded(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

const readHmac = (token: string) => hmacs.verify(token, secrets, now);
const readSignature = (token: string) => signatures.verify(token, publicKeys, now);

describe('the examples of RFC 7515', () => {
  const PAYLOAD =
    'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';

  it('A.1: HS256', () => {
    const k =
      'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow';
    const key = createSecretKey(k, 'base64url');
    const input = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${PAYLOAD}`;
    const tag = HS256.sign(input, key);
    expect(tag.toString('base64url')).toBe('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
    expect(HS256.verify(input, tag, key)).toBe(true);
    expect(HS256.verify(`${input}A`, tag, key)).toBe(false);
    expect(HS256.verify(input, tag.subarray(1), key)).toBe(false);
  });

  it('A.3: ES256', () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
    };
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const key = createPublicKey(privateKey);
    const input = `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}`;
    const theirs =
      'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
    const own = ES256.sign(input, privateKey);
    expect(own).toHaveLength(64);
    expect(ES256.verify(input, own, key)).toBe(true);
    expect(ES256.verify(input, Buffer.from(theirs, 'base64url'), key)).toBe(true);
    expect(ES256.verify(`${input}A`, own, key)).toBe(false);
    expect(ES256.verify(input, Buffer.concat([own, Buffer.alloc(1)]), key)).toBe(false);
  });
});

describe('the keys of an algorithm', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });

  it.each([
    ['a public key', pair.publicKey],
    ['a private key', pair.privateKey],
    ['a short secret', createSecretKey(Buffer.alloc(31, 1))],
  ])('HS256 refuses %s', (_, key) => {
    expect(() => HS256.sign('x', key)).toThrow('HS256 takes a secret of 32 bytes.');
    expect(() => HS256.verify('x', Buffer.alloc(32), key)).toThrow(TypeError);
  });

  it.each([
    ['a secret', secret],
    ['a key on another curve', other.privateKey],
    ['a key of another kind', rsa.privateKey],
  ])('ES256 refuses %s', (_, key) => {
    expect(() => ES256.sign('x', key)).toThrow('ES256 takes a key on P-256.');
    expect(() => ES256.verify('x', Buffer.alloc(64), key)).toThrow(TypeError);
  });
});

describe('JwtKind', () => {
  it('reads what it has signed, with the claims of the kind', () => {
    const [key] = secrets;
    if (key === undefined) throw new Error('There is a key.');
    const token = hmacs.sign(key, facts, { sid: 's1', aud: 'elsewhere' });
    expect(readHmac(token)).toEqual({ sub: 'u1', jti: 'j1', claims: { ...claims, sid: 's1' } });
    const signed = signatures.sign({ kid: 'k1', key: pair.privateKey }, facts);
    expect(readSignature(signed).claims).toEqual({ ...claims, iss: 'us' });
  });

  it('takes tokens of these tests that differ in nothing, so that the refusals below mean something', () => {
    expect(readHmac(hmacOf(header, claims)).sub).toBe('u1');
    const signed = signatureOf({ ...header, alg: 'ES256' }, { iss: 'us', ...claims });
    expect(readSignature(signed).jti).toBe('j1');
  });

  it('reads tokens of each key of the ring, and of no other', () => {
    const older = { kid: 'k0', key: createSecretKey(Buffer.alloc(32, 2)) };
    const token = hmacs.sign(older, facts);
    expect(hmacs.verify(token, [...secrets, older], now).sub).toBe('u1');
    expect(() => readHmac(token)).toThrow('No key of the ring has such a header.');
    const namesake = hmacs.sign({ ...older, kid: 'k1' }, facts);
    expect(() => readHmac(namesake)).toThrow('The signature is wrong.');
  });

  it('holds until its end, and no longer', () => {
    const token = hmacOf(header, claims);
    const at = (second: number) => new Date(second * 1000);
    expect(hmacs.verify(token, secrets, new Date(at(seconds + 60).getTime() - 1)).sub).toBe('u1');
    expect(() => hmacs.verify(token, secrets, at(seconds + 60))).toThrow('does not hold now');
    const begins = hmacOf(header, { ...claims, nbf: seconds });
    expect(hmacs.verify(begins, secrets, now).sub).toBe('u1');
    expect(() => hmacs.verify(begins, secrets, at(seconds - 1))).toThrow('does not hold now');
    // As before this file: a clock that was ahead makes no token void.
    expect(readHmac(hmacOf(header, { ...claims, iat: seconds + 10 })).sub).toBe('u1');
  });

  it('reads no more than its longest token', () => {
    const padding = (length: number) => ({ ...claims, pad: 'x'.repeat(length) });
    const longest = [...Array(500).keys()].map((length) => hmacOf(header, padding(length)));
    const fitting = longest.filter((token) => token.length <= 500);
    expect(readHmac(fitting.at(-1) ?? '').sub).toBe('u1');
    expect(() => readHmac(longest[fitting.length] ?? '')).toThrow('The token is too long.');
    expect(() => readHmac('.'.repeat(1_000_000))).toThrow('The token is too long.');
  });

  it.each<[string, object]>([
    ['no algorithm', { ...header, alg: 'none' }],
    ['another algorithm', { ...header, alg: 'HS512' }],
    ['another spelling of the algorithm', { ...header, alg: 'hs256' }],
    ['another typ', { ...header, typ: 'b+jwt' }],
    ['another spelling of the typ', { ...header, typ: 'application/a+jwt' }],
    ['no typ', { alg: 'HS256', kid: 'k1' }],
    ['another kid', { ...header, kid: 'k2' }],
    ['no kid', { alg: 'HS256', typ: 'a+jwt' }],
    ['another order', { typ: 'a+jwt', alg: 'HS256', kid: 'k1' }],
    ['a key of its own', { ...header, jwk: { kty: 'oct', k: 'AAAA' } }],
    ['the address of a key', { ...header, jku: 'https://evil.example.org' }],
    ['a certificate', { ...header, x5u: 'https://evil.example.org' }],
    ['an extension', { ...header, crit: ['b64'], b64: true }],
    ['an unencoded payload', { ...header, crit: ['b64'], b64: false }],
    ['an unknown member', { ...header, cty: 'JWT' }],
  ])('refuses a header with %s', (_, head) => {
    expect(() => readHmac(hmacOf(head, claims))).toThrow('No key of the ring has such a header.');
  });

  it.each<[string, object | string]>([
    ['another aud', { ...claims, aud: 'there' }],
    ['a list of aud', { ...claims, aud: ['here'] }],
    ['no aud', { ...claims, aud: undefined }],
    ['an iss where the kind has none', { ...claims, iss: 'us' }],
    ['no sub', { ...claims, sub: undefined }],
    ['a sub that is no text', { ...claims, sub: 1 }],
    ['no jti', { ...claims, jti: undefined }],
    ['a jti that is no text', { ...claims, jti: null }],
    ['no iat', { ...claims, iat: undefined }],
    ['an iat that is a text', { ...claims, iat: String(seconds) }],
    ['no exp', { ...claims, exp: undefined }],
    ['an exp that is a text', { ...claims, exp: String(seconds + 60) }],
    ['an nbf to come', { ...claims, nbf: seconds + 1 }],
    ['an nbf that is a text', { ...claims, nbf: String(seconds) }],
    ['an nbf that is null', { ...claims, nbf: null }],
    ['a second aud, which counts', JSON.stringify(claims).replace('}', ',"aud":"there"}')],
    ['a list', [claims]],
    ['a text', '"here"'],
    ['null', 'null'],
    ['no JSON', `${JSON.stringify(claims)}}`],
    ['a byte order mark', `\uFEFF${JSON.stringify(claims)}`],
    ['nothing', ''],
  ])('refuses claims with %s', (_, payload) => {
    expect(() => readHmac(hmacOf(header, payload))).toThrow();
  });

  it('refuses another issuer', () => {
    const es256 = { ...header, alg: 'ES256' };
    for (const iss of ['them', undefined, ['us']]) {
      const token = signatureOf(es256, { ...claims, iss });
      expect(() => readSignature(token)).toThrow('The token is for another place.');
    }
  });

  it('refuses bytes that are no UTF-8', () => {
    const [before = '', after = ''] = JSON.stringify({ ...claims, name: '?' }).split('?');
    const bytes = Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)]);
    const input = `${encoded(header)}.${bytes.toString('base64url')}`;
    const token = `${input}.${HS256.sign(input, secret).toString('base64url')}`;
    expect(() => readHmac(token)).toThrow();
  });

  it('refuses an HMAC whose secret is the public key', () => {
    const { publicKey } = pair;
    for (const bytes of [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ]) {
      const key = createSecretKey(Buffer.from(bytes));
      const kind = new JwtKind({
        alg: 'HS256',
        typ: 'a+jwt',
        iss: 'us',
        aud: 'here',
        maxLength: 500,
      });
      const token = kind.sign({ kid: 'k1', key }, facts);
      expect(() => readSignature(token)).toThrow('No key of the ring has such a header.');
      // The HMAC as it is, under the header of the other algorithm.
      const [, payload, tag] = token.split('.');
      const head = encoded({ ...header, alg: 'ES256' });
      expect(() => readSignature(`${head}.${payload}.${tag}`)).toThrow('The signature is wrong.');
    }
  });

  it('refuses an ECDSA signature in DER', () => {
    const [head, payload, own = ''] = signatureOf(
      { ...header, alg: 'ES256' },
      { iss: 'us', ...claims },
    ).split('.');
    const bytes = Buffer.from(own, 'base64url');
    const integer = (half: Buffer) => {
      const positive = (half[0] ?? 0) < 0x80 ? half : Buffer.concat([Buffer.of(0), half]);
      return Buffer.concat([Buffer.of(2, positive.length), positive]);
    };
    const both = Buffer.concat([integer(bytes.subarray(0, 32)), integer(bytes.subarray(32))]);
    const der = Buffer.concat([Buffer.of(0x30, both.length), both]).toString('base64url');
    expect(() => readSignature(`${head}.${payload}.${der}`)).toThrow('The signature is wrong.');
    expect(readSignature(`${head}.${payload}.${own}`).sub).toBe('u1');
  });

  it.each([
    ['padding', (part: string) => `${part}=`],
    ['a line break', (part: string) => `${part}\n`],
    ['the other alphabet', (part: string) => `-_${part}`.replace('-_', '+/')],
    ['a character that the decoder skips', (part: string) => `${part}.`.replace('.', '!')],
    // 32 bytes leave two bits of the last character without a meaning.
    [
      'stray bits',
      (part: string) => part.slice(0, -1) + String.fromCharCode(part.charCodeAt(42) + 1),
    ],
  ])('refuses a signature with %s', (_, change) => {
    const token = hmacOf(header, { ...claims, sub: 'u3' });
    const start = token.lastIndexOf('.') + 1;
    const changed = token.slice(0, start) + change(token.slice(start));
    expect(Buffer.from(changed.slice(start), 'base64url').length).toBeGreaterThanOrEqual(32);
    expect(() => readHmac(changed)).toThrow('A part is not base64url.');
  });

  it.each(['', '.', '..', '...', 'garbage', 'a.b.c', 'é.é.é'])('refuses %j', (token) => {
    expect(() => readHmac(token)).toThrow();
  });
});
