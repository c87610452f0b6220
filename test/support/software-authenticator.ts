import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign as signWith,
} from 'node:crypto';
import { cbor, type Encodable } from './cbor.js';

/** Signature algorithms, by the names of JOSE. */
export type KeyAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

/** Ways in which a test's key may differ from a well-behaved key on the right page. */
export interface Conduct {
  /** The origin of the page. */
  readonly origin?: string;
  /** Whether the page is framed by a page of another origin. */
  readonly crossOrigin?: boolean;
  /** The relying party that the key answers, instead of the asking one. */
  readonly rpId?: string;
  readonly isPresent?: boolean;
  /** Whether the key verifies its person. */
  readonly isVerified?: boolean;
  /** `type` of the client data, instead of the ceremony's. */
  readonly type?: string;
  readonly challenge?: string;
  /** Backup eligibility and state, as flags [WebAuthn Level 3 §6.1.3]. */
  readonly backup?: { readonly isEligible: boolean; readonly isDone: boolean };
  /** The signature count, instead of the next one. */
  readonly signCount?: number;
  /** The id of the credential in the answer, whatever was asked for. */
  readonly credentialId?: string;
  /** The user handle in the answer. Absent: that of the credential where no key was named; else none. */
  readonly userHandle?: string | null;
  /** Whether a new credential can be found without a user name. */
  readonly isPasskey?: boolean;
  /** Members that replace those of a new credential's COSE key. */
  readonly coseMembers?: ReadonlyMap<Encodable, Encodable>;
  /** `self`: signed by the new key; otherwise format and statement. Absent: no attestation. */
  readonly attestation?:
    'self' | { readonly fmt: string; readonly attStmt: Map<Encodable, Encodable> };
}

interface Credential {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
}

/** Options as routes return them. */
type Options = ReturnType<JSON['parse']>;

const COSE_NUMBERS = { ES256: -7, EdDSA: -8, RS256: -257 };
const AAGUID = Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex');
const FLAGS = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40 };

/** A security key and its browser, in memory: answers as `credential.toJSON()` gives them. */
export class SoftwareAuthenticator {
  /** How often it signed an assertion. */
  signCount = 0;
  readonly credentials: Credential[] = [];
  /** COSE keys of its credentials in base64url. */
  readonly publicKeys: string[] = [];

  constructor(
    private readonly origin: string,
    private readonly conduct: Conduct = {},
    private readonly algorithm: KeyAlgorithm = 'ES256',
  ) {}

  /** Answers creation options. @throws {Error} when it holds an excluded credential */
  create(options: Options, conduct: Conduct = {}) {
    const asked = { ...this.conduct, ...conduct };
    const excluded = options.excludeCredentials.map(({ id }: { id: string }) => id);
    if (this.credentials.some(({ id }) => excluded.includes(id))) {
      throw new Error('InvalidStateError: this key is set up already.');
    }
    const { publicKey, privateKey } = newKey(this.algorithm);
    const id = asked.credentialId ?? randomBytes(16).toString('base64url');
    const rpId = options.rp.id;
    this.credentials.push({ id, rpId, userHandle: options.user.id, privateKey });
    const members = coseKeyOf(publicKey, this.algorithm);
    const coseKey = cbor(new Map([...members, ...(asked.coseMembers ?? [])]));
    this.publicKeys.push(coseKey.toString('base64url'));
    const idBytes = Buffer.from(id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(idBytes.length);
    const attested = Buffer.concat([AAGUID, length, idBytes, coseKey]);
    const authData = this.authenticatorData(rpId, asked, attested);
    const clientData = this.clientData('webauthn.create', options, asked);
    const [fmt, attStmt] = this.statement(asked, privateKey, signedBytes(authData, clientData));
    const attestationObject = cbor(
      new Map<Encodable, Encodable>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    );
    return {
      ...frameOf(id, asked.isPasskey),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        transports: ['usb', 'nfc'],
        publicKeyAlgorithm: COSE_NUMBERS[this.algorithm],
        publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
      },
    };
  }

  /** Answers request options. @throws {Error} when it holds none of the credentials */
  get(options: Options, conduct: Conduct = {}) {
    const asked = { ...this.conduct, ...conduct };
    const allowed = options.allowCredentials.map(({ id }: { id: string }) => id);
    const isOpen = allowed.length === 0;
    const isOffered = ({ id, rpId }: Credential) =>
      isOpen ? rpId === options.rpId : allowed.includes(id);
    const credential =
      this.credentials.find(({ id }) => id === asked.credentialId) ??
      this.credentials.find(isOffered);
    if (credential === undefined) throw new Error('NotAllowedError: no such key.');
    this.signCount += 1;
    const authenticatorData = this.authenticatorData(options.rpId, asked);
    const clientData = this.clientData('webauthn.get', options, asked);
    const signature = this.sign(credential.privateKey, signedBytes(authenticatorData, clientData));
    return {
      ...frameOf(credential.id),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(isOpen && { userHandle: credential.userHandle }),
        ...(asked.userHandle !== undefined && { userHandle: asked.userHandle }),
      },
    };
  }

  private sign(privateKey: KeyObject, bytes: Buffer): Buffer {
    return signWith(this.algorithm === 'EdDSA' ? null : 'sha256', bytes, privateKey);
  }

  private statement({ attestation }: Conduct, privateKey: KeyObject, bytes: Buffer) {
    if (attestation !== 'self') {
      const { fmt = 'none', attStmt = new Map<Encodable, Encodable>() } = attestation ?? {};
      return [fmt, attStmt] as const;
    }
    const members: [Encodable, Encodable][] = [
      ['alg', COSE_NUMBERS[this.algorithm]],
      ['sig', this.sign(privateKey, bytes)],
    ];
    return ['packed', new Map(members)] as const;
  }

  private clientData(type: string, options: Options, asked: Conduct): Buffer {
    const { origin = this.origin, crossOrigin = false } = asked;
    const challenge = asked.challenge ?? options.challenge;
    return Buffer.from(
      JSON.stringify({ type: asked.type ?? type, challenge, origin, crossOrigin }),
    );
  }

  private authenticatorData(rpId: string, asked: Conduct, attested = Buffer.alloc(0)): Buffer {
    const { isPresent = true, isVerified = false, backup, signCount = this.signCount } = asked;
    const flags =
      (isPresent ? FLAGS.UP : 0) |
      (isVerified ? FLAGS.UV : 0) |
      (backup?.isEligible ? FLAGS.BE : 0) |
      (backup?.isDone ? FLAGS.BS : 0) |
      (attested.length > 0 ? FLAGS.AT : 0);
    const counted = Buffer.alloc(5);
    counted.writeUInt8(flags);
    counted.writeUInt32BE(signCount, 1);
    return Buffer.concat([sha256(Buffer.from(asked.rpId ?? rpId)), counted, attested]);
  }
}

/** The members that browsers add to each answer. */
function frameOf(id: string, isPasskey = false) {
  return {
    id,
    rawId: id,
    type: 'public-key' as const,
    authenticatorAttachment: 'cross-platform',
    clientExtensionResults: { credProps: { rk: isPasskey } },
  };
}

let rsaKey: KeyPairKeyObjectResult | undefined;

/**
 * A pair of keys of its own, except that all of RSA are one: to make one takes as long as a test. A pair is
 * read from its text, because Node.js 20 may wait for itself for ever when it exports one right after making it.
 */
export function newKey(algorithm: KeyAlgorithm): KeyPairKeyObjectResult {
  return algorithm === 'RS256' ? (rsaKey ??= newPair(algorithm)) : newPair(algorithm);
}

function newPair(algorithm: KeyAlgorithm): KeyPairKeyObjectResult {
  const { privateKey, publicKey } = newPairText(algorithm);
  return { privateKey: createPrivateKey(privateKey), publicKey: createPublicKey(publicKey) };
}

function newPairText(algorithm: KeyAlgorithm) {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  if (algorithm === 'EdDSA') {
    return generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding });
  }
  if (algorithm === 'RS256') {
    const modulusLength = 2048;
    return generateKeyPairSync('rsa', { modulusLength, publicKeyEncoding, privateKeyEncoding });
  }
  const namedCurve = 'P-256';
  return generateKeyPairSync('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding });
}

/** A COSE key: kty, alg, and what belongs to the kind [RFC 9053 §7, RFC 8230 §4]. */
function coseKeyOf(key: KeyObject, algorithm: KeyAlgorithm): Map<Encodable, Encodable> {
  const jwk = key.export({ format: 'jwk' });
  const bytes = (member: string | undefined) => Buffer.from(member ?? '', 'base64url');
  if (algorithm === 'RS256') {
    return new Map<Encodable, Encodable>([
      [1, 3],
      [3, -257],
      [-1, bytes(jwk.n)],
      [-2, bytes(jwk.e)],
    ]);
  }
  if (algorithm === 'EdDSA') {
    return new Map<Encodable, Encodable>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(jwk.x)],
    ]);
  }
  const point = [
    [-2, bytes(jwk.x)],
    [-3, bytes(jwk.y)],
  ] as const;
  return new Map<Encodable, Encodable>([[1, 2], [3, -7], [-1, 1], ...point]);
}

function signedBytes(authenticatorData: Buffer, clientData: Buffer): Buffer {
  return Buffer.concat([authenticatorData, sha256(clientData)]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
