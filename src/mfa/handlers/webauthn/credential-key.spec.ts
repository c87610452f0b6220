import 'reflect-metadata';
import { cbor, type Encodable } from '../../../../test/support/cbor.js';
import { type KeyAlgorithm } from '../../../../test/support/software-authenticator.js';
import { desk, newKey, REFUSED } from '../../../../test/support/webauthn-desk.js';
import { refuseUnsoundKey } from './credential-key.js';
import { webAuthnServer } from './webauthn-server.js';

const KTY = 1;
const ALG = 3;
const PRIME = 2n ** 255n - 19n;

/** A number in 32 bytes, least significant first, optionally with the sign bit of the other coordinate. */
function littleEndian(y: bigint, isNegative = false): Buffer {
  const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
  bytes.writeUInt8(bytes.readUInt8(31) | (isNegative ? 0x80 : 0), 31);
  return bytes;
}

/** The base point of P-256 [NIST SP 800-186 §3.2.1.3]. */
const BASE_X = Buffer.from(
  '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  'hex',
);
const BASE_Y = Buffer.from(
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
);

/** Half of the points of order 8; the other half are their negations. */
const ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const SMALL_ORDER = [0n, 1n, PRIME - 1n, PRIME, PRIME + 1n, ORDER_8, PRIME - ORDER_8]
  .flatMap((y) => [littleEndian(y), littleEndian(y, true)])
  .map((x): Change => [`of small order: ${x.toString('hex')}`, 'EdDSA', [[-2, x]]]);

type Change = [what: string, algorithm: KeyAlgorithm, members: [number, Encodable][]];

const bytes = (length: number, value: number) => Buffer.alloc(length, value);

const UNSOUND: Change[] = [
  ['of another type: an octet pair for ES256', 'EdDSA', [[ALG, -7]]],
  ['of another type: RSA for ES256', 'RS256', [[ALG, -7]]],
  ['of another type: a curve for EdDSA', 'ES256', [[ALG, -8]]],
  ['of another type: a curve for RS256', 'ES256', [[ALG, -257]]],
  ['that calls itself RSA', 'ES256', [[KTY, 3]]],
  ['that calls itself a curve', 'EdDSA', [[KTY, 2]]],
  ['that calls itself an octet pair', 'RS256', [[KTY, 1]]],
  ['of the curve P-384', 'ES256', [[-1, 2]]],
  ['of the curve X25519', 'EdDSA', [[-1, 4]]],
  ['beside its curve', 'ES256', [[-3, bytes(32, 1)]]],
  [
    'at the origin',
    'ES256',
    [
      [-2, bytes(32, 0)],
      [-3, bytes(32, 0)],
    ],
  ],
  ['with a short coordinate', 'ES256', [[-2, bytes(31, 1)]]],
  ['with a long coordinate', 'ES256', [[-3, bytes(33, 0)]]],
  ['with a coordinate that is no bytes', 'ES256', [[-3, 1]]],
  ['with no point', 'EdDSA', [[-2, bytes(0, 0)]]],
  ['with a long point', 'EdDSA', [[-2, bytes(33, 1)]]],
  [
    'with a modulus of 2047 bits',
    'RS256',
    [[-1, Buffer.concat([bytes(1, 0x7f), bytes(255, 0xff)])]],
  ],
  ['with a modulus filled up', 'RS256', [[-1, Buffer.concat([bytes(1, 0), bytes(255, 0xff)])]]],
  ['without a modulus', 'RS256', [[-1, bytes(0, 0)]]],
  ['with the exponent 3', 'RS256', [[-2, bytes(1, 3)]]],
  ['with the exponent 65535', 'RS256', [[-2, bytes(2, 0xff)]]],
  ['with the exponent 1', 'RS256', [[-2, bytes(300, 0).fill(1, 299)]]],
];

describe('WebAuthnHandler.verify of a registration', () => {
  it.each([...UNSOUND, ...SMALL_ORDER])('refuses a key %s', async (_, algorithm, members) => {
    const { judge, setUp } = desk();
    const { state, data, shown } = await setUp();
    const answer = newKey({}, algorithm).create(shown, { coseMembers: new Map(members) });
    expect(await judge(state, data, answer)).toEqual(REFUSED);
  });

  it('takes a key of RSA with the least modulus and the least exponent', async () => {
    const { judge, setUp } = desk();
    const { state, data, shown } = await setUp();
    const [n, e] = [Buffer.concat([bytes(1, 0x80), bytes(254, 0), bytes(1, 1)]), [1, 0, 1]];
    const members = new Map([
      [-1, n],
      [-2, Buffer.from(e)],
    ]);
    const answer = newKey({}, 'RS256').create(shown, { coseMembers: members });
    expect(await judge(state, data, answer)).toMatchObject({ ok: true });
  });

  it('takes a point with coordinates of 32 bytes, and not the same filled up', async () => {
    const { register } = desk();
    const filledUp = (coordinate: Buffer) => Buffer.concat([bytes(1, 0), coordinate]);
    const point = (x: Buffer, y: Buffer) => ({
      coseMembers: new Map([
        [-2, x],
        [-3, y],
      ]),
    });
    expect(await register(point(BASE_X, BASE_Y))).toMatchObject({ ok: true });
    expect(await register(point(filledUp(BASE_X), BASE_Y))).toEqual(REFUSED);
    expect(await register(point(BASE_X, filledUp(BASE_Y)))).toEqual(REFUSED);
  });
});

describe('refuseUnsoundKey', () => {
  it('refuses an algorithm that it does not know', async () => {
    const server = await webAuthnServer.loadFor('webauthn');
    const key = new Map([
      [KTY, 7],
      [ALG, -48],
    ]);
    const encoded = Uint8Array.from(cbor(key));
    expect(() => refuseUnsoundKey(server, encoded)).toThrow('No key of a known algorithm.');
  });
});
