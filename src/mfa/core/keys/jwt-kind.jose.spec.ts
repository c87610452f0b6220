import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { FakeClock } from '../../testing/fake-clock.js';
import { type JwtKey, JwtKind } from './jwt-kind.js';

/*
 * jose, which another project maintains, reads the same tokens: what it refuses, we refuse. We refuse more, since
 * nobody but us writes our tokens.
 */

const now = new FakeClock().now();
const seconds = Math.floor(now.getTime() / 1000);
const expiresAt = new Date(now.getTime() + 60_000);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A kind of token, with everything that its two readers need. */
interface Side {
  readonly alg: 'HS256' | 'ES256';
  readonly typ: string;
  readonly iss?: string;
  readonly aud: string;
  readonly signer: JwtKey;
  readonly verifier: JwtKey;
}

const secret = createSecretKey(Buffer.alloc(32, 1));
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const HMACS: Side = {
  alg: 'HS256',
  typ: 'mfa-ephemeral+jwt',
  aud: 'nestjs-mfa:login',
  signer: { kid: 'k1', key: secret },
  verifier: { kid: 'k1', key: secret },
};
const SIGNATURES: Side = {
  alg: 'ES256',
  typ: 'at+jwt',
  iss: 'https://login.example.org',
  aud: 'https://login.example.org/api',
  signer: { kid: 'k1', key: privateKey },
  verifier: { kid: 'k1', key: publicKey },
};
const SIDES = [
  ['HS256', HMACS],
  ['ES256', SIGNATURES],
] as const;

function kindOf({ alg, typ, aud, iss }: Side): JwtKind {
  return new JwtKind({ alg, typ, aud, ...(iss !== undefined && { iss }), maxLength: 4096 });
}

function isReadByUs(side: Side, token: string): boolean {
  try {
    kindOf(side).verify(token, [side.verifier], now);
    return true;
  } catch {
    return false;
  }
}

/** As this project read its tokens by jose. */
async function isReadByJose({ alg, typ, aud, iss, verifier }: Side, token: string) {
  const keyOf = ({ kid }: { kid?: string }) => {
    if (kid !== verifier.kid) throw new Error('unknown kid');
    return verifier.key;
  };
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: [alg],
      typ,
      audience: aud,
      ...(iss !== undefined && { issuer: iss }),
      requiredClaims: ['sub', 'jti', 'iat', 'exp'],
      currentDate: now,
    });
    return typeof payload.sub === 'string' && typeof payload.jti === 'string';
  } catch {
    return false;
  }
}

/** Those that we read, all of which jose must read too. */
async function readByBoth(side: Side, tokens: Iterable<string>): Promise<string[]> {
  const read = [...tokens].filter((token) => isReadByUs(side, token));
  for (const token of read) {
    if (!(await isReadByJose(side, token))) throw new Error(`jose refuses ${token}.`);
  }
  return read;
}

function ownToken(side: Side): string {
  return kindOf(side).sign(
    side.signer,
    { sub: 'u1', jti: 'j1', issuedAt: now, expiresAt },
    { sid: 's1', amr: ['pwd'], name: 'Zoë 😀' },
  );
}

/** As this project wrote its tokens by jose. */
function joseToken({ alg, typ, aud, iss, signer }: Side): Promise<string> {
  const token = new SignJWT({ sid: 's1', amr: ['pwd'], name: 'Zoë 😀' });
  if (iss !== undefined) token.setIssuer(iss);
  return token
    .setProtectedHeader({ alg, typ, kid: signer.kid })
    .setAudience(aud)
    .setSubject('u1')
    .setJti('j1')
    .setIssuedAt(now)
    .setExpirationTime(expiresAt)
    .sign(signer.key);
}

/** JSON texts of headers: the right one first. */
function headersOf({ alg, typ }: Side): string[] {
  const good = { alg, typ, kid: 'k1' };
  const other = alg === 'HS256' ? 'ES256' : 'HS256';
  const text = JSON.stringify(good);
  return [
    text,
    ` ${text}`,
    text.replaceAll(':', ': '),
    text.replace('{', '{"alg":"none",'),
    text.replace('}', ',"kid":"k2"}'),
    text.replace('alg', '\\u0061lg'),
    `\uFEFF${text}`,
    `[${text}]`,
    'null',
    '',
    ...[
      { kid: 'k1', typ, alg },
      { ...good, alg: 'none' },
      { ...good, alg: other },
      { ...good, alg: alg.toLowerCase() },
      { ...good, alg: undefined },
      { ...good, typ: typ.toUpperCase() },
      { ...good, typ: `application/${typ}` },
      { ...good, typ: 'JWT' },
      { ...good, typ: undefined },
      { ...good, kid: 'k2' },
      { ...good, kid: ['k1'] },
      { ...good, kid: undefined },
      { ...good, jwk: stranger.export({ format: 'jwk' }) },
      { ...good, jku: 'https://evil.example.org' },
      { ...good, x5u: 'https://evil.example.org' },
      { ...good, x5c: ['MIIB'] },
      { ...good, crit: [] },
      { ...good, crit: ['exp'], exp: 1 },
      { ...good, crit: ['b64'], b64: true },
      { ...good, crit: ['b64'], b64: false },
      { ...good, b64: false },
      { ...good, zip: 'DEF' },
    ].map((header) => JSON.stringify(header)),
  ];
}

/** Payloads: the right one first. */
function payloadsOf({ iss, aud }: Side): Buffer[] {
  const good = { iss, aud, sub: 'u1', jti: 'j1', iat: seconds, exp: seconds + 60 };
  const text = JSON.stringify(good);
  const odd = ['x', '', null, -1, 0, 0.5, seconds, seconds + 0.5, seconds + 1, 1e20, true, {}, []];
  const changed = ['iss', 'aud', 'sub', 'jti', 'iat', 'nbf', 'exp'].flatMap((name) =>
    [...odd, undefined, [iss], [aud], ['a', aud]].map((value) =>
      JSON.stringify({ ...good, [name]: value }),
    ),
  );
  const texts = [
    text,
    ...changed,
    ` ${text}\n`,
    text.replace('{', '{"aud":"there",'),
    text.replace('}', ',"aud":"there"}'),
    text.replace('}', ',"exp":1}'),
    text.replace(/"exp":\d+/, '"exp":1e999'),
    text.replace(/"exp":\d+/, '"exp":-1e999'),
    text.replace('}', ',"nbf":-1e999}'),
    text.replace('{', '{"__proto__":{"sub":"u2"},'),
    `{"__proto__":${text}}`,
    text.replace('u1', '\\ud800'),
    `\uFEFF${text}`,
    `[${text}]`,
    `${text}${text}`,
    ...['', 'null', '1', '"x"', '{}', '[]', text.slice(1), JSON.stringify(text)],
  ];
  const [before = '', after = ''] = text.split('u1');
  const illFormed = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0]].map((bytes) =>
    Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]),
  );
  return [...texts.map((one) => Buffer.from(one)), ...illFormed];
}

/** Texts that some decoder reads as these bytes: the right one first. */
function encodingsOf(bytes: Buffer): string[] {
  const text = bytes.toString('base64url');
  const last = ALPHABET.indexOf(text.slice(-1));
  return [
    text,
    bytes.toString('base64'),
    bytes.toString('hex'),
    bytes.toString('latin1'),
    ...[1, 2, 3, 4, 8, 16, 32].map((bit) => text.slice(0, -1) + (ALPHABET[last ^ bit] ?? '')),
    ...['=', '==', ' ', '\n', '\0', '.', '.x', 'A', 'é', '%3D'].map((end) => text + end),
    ...[' ', '\n', '=', '.'].flatMap((sign) => [
      sign + text,
      text.slice(0, 4) + sign + text.slice(4),
    ]),
    text.slice(0, -1),
    '',
  ];
}

/** Signatures of this input: the right one first. */
function madeFor(input: string, side: Side): Buffer[] {
  const right = rightFor(input, side);
  const changed = (index: number) => right.map((byte, at) => (at === index ? byte ^ 1 : byte));
  const zeros = Buffer.alloc(32);
  return [
    right,
    ...[0, 31, right.length - 1].map((index) => Buffer.from(changed(index))),
    right.subarray(1),
    Buffer.concat([right, Buffer.alloc(1)]),
    Buffer.concat([right.subarray(32), right.subarray(0, 32)]),
    Buffer.concat([right, right]),
    Buffer.concat([zeros, zeros]),
    Buffer.concat([right.subarray(0, 32), zeros]),
    ...[privateKey, stranger].flatMap((key) => [
      p1363(input, key),
      sign('sha256', Buffer.from(input), key),
    ]),
    ...[
      Buffer.alloc(0),
      Buffer.alloc(32),
      publicKey.export({ type: 'spki', format: 'der' }),
      Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })),
      secret.export(),
    ].map((key) => createHmac('sha256', key).update(input).digest()),
    createHmac('sha512', secret).update(input).digest(),
  ];
}

function rightFor(input: string, { alg, signer }: Side): Buffer {
  return alg === 'ES256'
    ? p1363(input, signer.key)
    : createHmac('sha256', signer.key).update(input).digest();
}

function p1363(input: string, key: KeyObject): Buffer {
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

/** Each header with the right claims and with wrong ones, each payload under the right header; rightly signed. */
function* signedTokens(side: Side): Generator<string> {
  const [headers, payloads] = [headersOf(side), payloadsOf(side)];
  for (const [row, header] of headers.entries()) {
    for (const payload of row === 0 ? payloads : payloads.slice(0, 2)) {
      const input = `${Buffer.from(header).toString('base64url')}.${payload.toString('base64url')}`;
      yield `${input}.${rightFor(input, side).toString('base64url')}`;
    }
  }
}

/** Encodings of each part of a right token, signed as they are sent, and signatures of many makers. */
function* encodedTokens(side: Side): Generator<string> {
  const [header = '', payload = ''] = ownToken(side).split('.');
  const inputs = [
    ...encodingsOf(Buffer.from(header, 'base64url')).map((other) => `${other}.${payload}`),
    ...encodingsOf(Buffer.from(payload, 'base64url')).map((other) => `${header}.${other}`),
  ];
  for (const input of inputs) yield `${input}.${rightFor(input, side).toString('base64url')}`;
  const input = `${header}.${payload}`;
  for (const signature of madeFor(input, side)) yield `${input}.${signature.toString('base64url')}`;
  for (const other of encodingsOf(rightFor(input, side))) yield `${input}.${other}`;
}

/** A right token with a character changed, left out, doubled or put in, and with its parts in disorder. */
function* damagedTokens(good: string): Generator<string> {
  for (const [at, own] of [...good].entries()) {
    const [before, after] = [good.slice(0, at), good.slice(at + 1)];
    yield before + after;
    yield before + own + own + after;
    // The neighbours by one bit are enough inside; the last characters hold bits that nothing needs.
    const bits = [1, 2, 4, 8, 16, 32].map((bit) => ALPHABET[ALPHABET.indexOf(own) ^ bit] ?? '');
    const others = /^(\.|$)/.test(after) ? ALPHABET : bits;
    for (const other of [...others, '.', '=', ' ', 'é']) {
      if (other !== own) yield before + other + after;
      if (!ALPHABET.includes(other)) yield before + other + own + after;
    }
  }
  const [header = '', payload = '', signature = ''] = good.split('.');
  const parts = ['', header, payload, signature];
  for (const one of parts) {
    for (const two of parts) {
      yield `${one}.${two}`;
      for (const three of parts) {
        if (one !== header || two !== payload || three !== signature)
          yield `${one}.${two}.${three}`;
        yield `${one}.${two}.${three}.${signature}`;
      }
    }
  }
}

describe.each(SIDES)('tokens by %s, beside jose', (_, side) => {
  it('are written to the byte as jose writes them, and each reads those of the other', async () => {
    const [own, theirs] = [ownToken(side), await joseToken(side)];
    const unsigned = (token: string) => token.slice(0, token.lastIndexOf('.'));
    expect(unsigned(own)).toBe(unsigned(theirs));
    expect(isReadByUs(side, theirs)).toBe(true);
    expect(await isReadByJose(side, own)).toBe(true);
  });

  it('are read by us only where jose reads them, whatever their header and claims', async () => {
    const read = await readByBoth(side, signedTokens(side));
    // Of all headers only ours; of the claims several, since an end or a subject may be another.
    const [header] = ownToken(side).split('.');
    expect(new Set(read.map((token) => token.split('.')[0]))).toEqual(new Set([header]));
    expect(read.length).toBeGreaterThan(10);
  });

  it('are read by us in one encoding, under a right signature', async () => {
    const read = await readByBoth(side, encodedTokens(side));
    const input = ownToken(side).split('.').slice(0, 2).join('.');
    const parts = read.map((token) => /^(.+)\.([\w-]+)$/.exec(token)?.[1]);
    expect(new Set(parts)).toEqual(new Set([input]));
  });

  it('are refused when one character differs, or their parts are in disorder', () => {
    const good = ownToken(side);
    expect(isReadByUs(side, good)).toBe(true);
    for (const damaged of damagedTokens(good)) {
      if (isReadByUs(side, damaged)) throw new Error(`It read ${JSON.stringify(damaged)}.`);
    }
  });
});

describe('what jose reads of our tokens and we do not', () => {
  it.each(SIDES)('by %s: headers in another form, lists of aud, padding', async (_, side) => {
    const tokens = [...signedTokens(side), ...encodedTokens(side)];
    const read: string[] = [];
    for (const token of tokens.filter((one) => !isReadByUs(side, one))) {
      if (await isReadByJose(side, token)) read.push(token);
    }
    // So the matrix above reaches what its readers judge differently.
    expect(read.length).toBeGreaterThan(20);
  });
});
