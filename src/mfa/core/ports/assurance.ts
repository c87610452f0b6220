import { type Authenticator, works } from './authenticators.js';

/** What `acr` of an access token says about how its session was made; the names are public. */
export const ACR = {
  /** Without a proof, as from a network that is trusted. */
  noFactor: 'urn:nestjs-mfa:acr:0',
  singleFactor: 'urn:nestjs-mfa:acr:1',
  twoFactors: 'urn:nestjs-mfa:acr:2',
} as const;

/** One of {@link ACR}. */
export type Acr = (typeof ACR)[keyof typeof ACR];

/** One proof that was given in a session: what it showed, by which credential, and when. */
export interface SessionProof {
  /** Method references of this proof alone [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /** `MethodRecord.id`; null for a first factor, and for the password of a step-up. */
  readonly methodId: string | null;
  /** {@link Authenticator.id}; null for a backup code in the place of the method, and without one. */
  readonly authenticatorId: string | null;
  /** {@link StoredBackupCodes.id} of the set that it was a code of; null for any other proof. */
  readonly backupCodesId: string | null;
  /** `MethodRecord.activation` that it was given in; null without a method. */
  readonly activation: number | null;
  readonly at: Date;
  /**
   * True where it shows no second factor: a code that went to where the first one had come from, as a
   * password that was reset by mail. Absent: it does, if it is of a method.
   */
  readonly isOfFirstFactor?: boolean;
}

/** The proof of a first factor, which is of no method. */
export function proofOfFirstFactor(amr: readonly string[], at: Date): SessionProof {
  return { amr, methodId: null, authenticatorId: null, backupCodesId: null, activation: null, at };
}

/** What a session is worth by the proofs that still count. */
export interface Standing {
  /** Every reference that they showed; holds `mfa` when they are of two factors [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /**
   * When the last proof was given that the strength stands on: that of a second factor where there
   * are two. Null without a proof [OpenID Connect Core §2, `auth_time`].
   */
  readonly authenticatedAt: Date | null;
}

/** What a proof is judged by later: whether its method is active and its authenticator works. */
export interface JudgedMethod {
  readonly id: string;
  readonly isActive: boolean;
  readonly activation: number | null;
  readonly authenticators: readonly Authenticator[];
}

/** What a subject has by now, by which older proofs are judged. */
export interface PresentFactors {
  readonly methods: readonly JudgedMethod[];
  /** {@link StoredBackupCodes.id} of the set that the subject has; null without one. */
  readonly backupCodesId: string | null;
}

/** The `acr` that belongs to method references [OpenID Connect Core §2, RFC 8176 §2]. */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.length === 0) return ACR.noFactor;
  return amr.includes('mfa') ? ACR.twoFactors : ACR.singleFactor;
}

/**
 * The proofs that still count: those of a first factor, those of an authenticator that works, and those
 * of a set of backup codes that is not dead. What was proven in an earlier activation of its method
 * counts never again.
 */
export function countingProofs(
  proofs: readonly SessionProof[],
  present: PresentFactors,
): SessionProof[] {
  return proofs.filter((proof) => proof.methodId === null || isOfWorking(proof, present));
}

function isOfWorking(
  { methodId, authenticatorId, backupCodesId, activation }: SessionProof,
  present: PresentFactors,
): boolean {
  const method = present.methods.find(({ id }) => id === methodId);
  if (!method?.isActive || method.activation !== activation) return false;
  if (backupCodesId !== null) return backupCodesId === present.backupCodesId;
  return method.authenticators.some((one) => one.id === authenticatorId && works(one, method));
}

/** Whether a proof shows a second factor. */
export function isOfSecondFactor({ methodId, amr, isOfFirstFactor }: SessionProof): boolean {
  return (methodId !== null && isOfFirstFactor !== true) || amr.includes('mfa');
}

/**
 * What some proofs are worth together.
 *
 * @param proofs that count
 */
export function standingOf(proofs: readonly SessionProof[]): Standing {
  const isTwo =
    proofs.some(({ amr }) => amr.includes('mfa')) ||
    (proofs.some(isOfSecondFactor) && !proofs.every(isOfSecondFactor));
  const references = new Set(proofs.flatMap(({ amr }) => amr));
  if (isTwo) references.delete('mfa');
  const decisive = isTwo ? proofs.filter(isOfSecondFactor) : proofs;
  return {
    amr: isTwo ? [...references, 'mfa'] : [...references],
    authenticatedAt: latestOf(decisive),
  };
}

/** When the latest of some proofs was given; null without one. */
export function latestOf(proofs: readonly Pick<SessionProof, 'at'>[]): Date | null {
  return proofs.reduce<Date | null>(
    (latest, { at }) => (latest === null || at > latest ? at : latest),
    null,
  );
}

/** The proofs of a session after one more, which takes the place of an older one of its kind. */
export function withProof(proofs: readonly SessionProof[], added: SessionProof): SessionProof[] {
  return [...proofs.filter((proof) => kindOf(proof) !== kindOf(added)), added];
}

/** So many proofs of different credentials a session keeps, which is more than anybody needs. */
export const MAX_SESSION_PROOFS = 64;

/**
 * The proofs of a session that can still matter: those that count, and those by which it is found when
 * somebody says that the credential was not theirs.
 *
 * @param undoableSince what was bound up to then can be taken back no more
 */
export function proofsThatMatter(
  proofs: readonly SessionProof[],
  present: PresentFactors,
  undoableSince: Date,
): SessionProof[] {
  const counting = countingProofs(proofs, present);
  return proofs.filter((proof) => counting.includes(proof) || proof.at > undoableSince);
}

/** Where no method is active, a token that was made with one claims a second factor no longer. */
export function withoutSecondFactor(proofs: readonly SessionProof[]): SessionProof[] {
  return proofs.map((proof) => ({
    ...proof,
    amr: proof.amr.filter((reference) => reference !== 'mfa'),
  }));
}

function kindOf({ methodId, authenticatorId, backupCodesId, amr }: SessionProof): string {
  const first = methodId === null ? amr : null;
  return JSON.stringify([methodId, authenticatorId, backupCodesId, first]);
}

/** A {@link SessionProof} as JSON. */
interface StoredProof extends Omit<SessionProof, 'at'> {
  readonly at: string;
}

/** Proofs as the text of a `jsonb` column, for {@link readProofs}. */
export function storedProofs(proofs: readonly SessionProof[]): string {
  return JSON.stringify(
    proofs.map(({ amr, methodId, authenticatorId, backupCodesId, activation, at, ...rest }) => ({
      amr,
      methodId,
      authenticatorId,
      backupCodesId,
      activation,
      at: at.toISOString(),
      isOfFirstFactor: rest.isOfFirstFactor,
    })),
  );
}

/**
 * The proofs of a session, from its row.
 *
 * @param stored the value of a column that {@link storedProofs} wrote, and nobody else
 */
export function readProofs(stored: unknown): SessionProof[] {
  return (stored as StoredProof[]).map((proof) => ({ ...proof, at: new Date(proof.at) }));
}
