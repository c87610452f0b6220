import { createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';

/** A signature algorithm of JWS in its compact form [RFC 7518 §3]. */
interface JwsAlgorithm {
  sign(input: string, key: KeyObject): Buffer;
  verify(input: string, signature: Buffer, key: KeyObject): boolean;
}

/**
 * The algorithms of our tokens. Each refuses the keys of the other, so that a public key is never a secret
 * [RFC 8725 §2.1].
 */
export const JWS_ALGORITHMS = {
  HS256: {
    sign: hmacOf,
    verify: (input, signature, key) => {
      const own = hmacOf(input, key);
      return signature.length === own.length && timingSafeEqual(signature, own);
    },
  },
  ES256: {
    sign: (input, key) => sign('sha256', Buffer.from(input), p256Key(key)),
    verify: (input, signature, key) =>
      signature.length === 64 && verify('sha256', Buffer.from(input), p256Key(key), signature),
  },
} satisfies Record<string, JwsAlgorithm>;

/** Members of a payload, by name. */
type JwtClaims = Readonly<Record<string, unknown>>;

/** What the tokens of one kind have in common. */
export interface JwtProfile {
  readonly alg: keyof typeof JWS_ALGORITHMS;
  /** The header's media type, without `application/`. */
  readonly typ: string;
  readonly iss?: string;
  readonly aud: string;
  /** UTF-16 units of the longest token that is read. */
  readonly maxLength: number;
}

/** A key with the id that the headers of its tokens name. */
export interface JwtKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** The claims in which tokens of one kind differ. */
export interface JwtFacts {
  readonly sub: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What a token says whose signature and common claims are right. */
export interface VerifiedJwt {
  readonly sub: string;
  readonly jti: string;
  /** All claims, including those of the kind. */
  readonly claims: JwtClaims;
}

/**
 * The JWTs [RFC 7519] of one kind, which is refused wherever another is expected [RFC 8725 §3.11, §3.12].
 * Signatures are made and checked on the JavaScript thread: to wake another costs more than they do.
 */
export class JwtKind {
  constructor(private readonly profile: JwtProfile) {}

  /** A token of this kind, with further claims. */
  sign({ kid, key }: JwtKey, facts: JwtFacts, claims: JwtClaims = {}): string {
    const { alg, iss, aud } = this.profile;
    const { sub, jti } = facts;
    const times = { iat: secondsOf(facts.issuedAt), exp: secondsOf(facts.expiresAt) };
    const payload = encoded({ ...claims, iss, aud, sub, jti, ...times });
    const input = `${this.headerOf(kid)}.${payload}`;
    return `${input}.${JWS_ALGORITHMS[alg].sign(input, key).toString('base64url')}`;
  }

  /**
   * Reads no byte of a header: one that is not exactly as {@link sign} writes it for one of `keys` is
   * refused. So a token cannot choose its algorithm, bring a key along or ask for an extension.
   *
   * @throws {Error} whatever is wrong with the token
   */
  verify(token: string, keys: readonly JwtKey[], now: Date): VerifiedJwt {
    if (token.length > this.profile.maxLength) throw new Error('The token is too long.');
    const [header, payload, signature, ...more] = token.split('.');
    if (payload === undefined || signature === undefined || more.length > 0) {
      throw new Error('A token has three parts.');
    }
    const signer = keys.find(({ kid }) => this.headerOf(kid) === header);
    if (signer === undefined) throw new Error('No key of the ring has such a header.');
    const algorithm = JWS_ALGORITHMS[this.profile.alg];
    if (!algorithm.verify(`${header}.${payload}`, bytesOf(signature), signer.key)) {
      throw new Error('The signature is wrong.');
    }
    return this.verifiedOf(claimsIn(bytesOf(payload)), secondsOf(now));
  }

  private headerOf(kid: string): string {
    const { alg, typ } = this.profile;
    return encoded({ alg, typ, kid });
  }

  private verifiedOf(claims: JwtClaims, seconds: number): VerifiedJwt {
    const { sub, jti, iss, aud } = claims;
    if (iss !== this.profile.iss || aud !== this.profile.aud) {
      throw new Error('The token is for another place.');
    }
    if (!holdsAt(seconds, claims)) throw new Error('The token does not hold now.');
    if (typeof sub !== 'string' || typeof jti !== 'string') {
      throw new Error('sub and jti are texts.');
    }
    return { sub, jti, claims };
  }
}

/** No clock is given a tolerance. `iat` has to be there, and says no more than when [RFC 7519 §4.1]. */
function holdsAt(seconds: number, { iat, nbf = seconds, exp }: JwtClaims): boolean {
  const isTimed = typeof iat === 'number' && typeof nbf === 'number' && typeof exp === 'number';
  return isTimed && nbf <= seconds && seconds < exp;
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

function encoded(members: JwtClaims): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url');
}

/** The bytes of a part. Only one text is accepted for them: the decoder skips what it does not know. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('A part is not base64url.');
  return bytes;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function claimsIn(bytes: Buffer): JwtClaims {
  const claims: unknown = JSON.parse(UTF8.decode(bytes));
  if (typeof claims !== 'object' || claims === null) throw new Error('Claims are an object.');
  // An array has none of the claims that are required.
  return { ...claims };
}

/** [RFC 7518 §3.2]: the key is a secret, of the size of the hash at least. */
function hmacOf(input: string, key: KeyObject): Buffer {
  if ((key.symmetricKeySize ?? 0) < 32) throw new TypeError('HS256 takes a secret of 32 bytes.');
  return createHmac('sha256', key).update(input).digest();
}

/** [RFC 7518 §3.4]: a key on P-256; signatures are r and s, 32 bytes each, and not DER. */
function p256Key(key: KeyObject) {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('ES256 takes a key on P-256.');
  }
  return { key, dsaEncoding: 'ieee-p1363' } as const;
}
