import { type Authenticator, works } from './authenticators.js';

/** The values of the `acr` claim of access tokens. They are public names. */
export const ACR = {
  /** Without a proof, for example from a trusted network. */
  noFactor: 'urn:nestjs-mfa:acr:0',
  singleFactor: 'urn:nestjs-mfa:acr:1',
  twoFactors: 'urn:nestjs-mfa:acr:2',
} as const;

/** A value of {@link ACR}. */
export type Acr = (typeof ACR)[keyof typeof ACR];

/** A second factor that a remembered device saw before the session: by which credential, and when. */
export interface DeviceProof {
  /** As those of {@link SessionProof}. */
  readonly methodId: string | null;
  readonly authenticatorId: string | null;
  readonly backupCodesId: string | null;
  readonly activation: number | null;
  readonly at: Date;
}

/** A proof that was given in a session: what it showed, by which credential, and when. */
export interface SessionProof {
  /** Method references of this proof alone [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /** `MethodRecord.id`; null for a first factor, and for the password of a step-up. */
  readonly methodId: string | null;
  /** {@link Authenticator.id}; null for a backup code, and without a method. */
  readonly authenticatorId: string | null;
  /** {@link StoredBackupCodes.id} of the code's set; null for any other proof. */
  readonly backupCodesId: string | null;
  /** `MethodRecord.activation` at that time; null without a method. */
  readonly activation: number | null;
  readonly at: Date;
  /**
   * True for a proof of a method that is no second factor: a key that the login began with, or a code to the
   * address that the first factor came from, for example after a password reset by mail. Absent: false.
   */
  readonly isOfFirstFactor?: boolean;
  /**
   * Of a first factor on a remembered device: the last proof of a second factor there. It shows no second
   * factor now, so it counts for no `amr` and no `acr`. Absent: the second step was not left out.
   */
  readonly deviceProof?: DeviceProof;
}

/** The proof of a first factor. It belongs to no method. */
export function proofOfFirstFactor(amr: readonly string[], at: Date): SessionProof {
  return { amr, methodId: null, authenticatorId: null, backupCodesId: null, activation: null, at };
}

/** The standing of a session, by the proofs that still count. */
export interface Standing {
  /** All method references of the proofs, with `mfa` when they show two factors [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /**
   * The time of the last decisive proof: that of a second factor when there are two factors. Null without
   * a proof [OpenID Connect Core §2, `auth_time`].
   */
  readonly authenticatedAt: Date | null;
  /** When the remembered device of the session last saw a second factor. Absent: there is no such device. */
  readonly deviceMfaAt?: Date;
}

/** The facts of a method that decide whether its older proofs still count. */
export interface JudgedMethod {
  readonly id: string;
  readonly isActive: boolean;
  readonly activation: number | null;
  readonly authenticators: readonly Authenticator[];
}

/** The present factors of a subject, by which older proofs are judged. */
export interface PresentFactors {
  readonly methods: readonly JudgedMethod[];
  /** {@link StoredBackupCodes.id} of the subject's set; null without one. */
  readonly backupCodesId: string | null;
}

/** The `acr` for method references [OpenID Connect Core §2, RFC 8176 §2]. */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.length === 0) return ACR.noFactor;
  return amr.includes('mfa') ? ACR.twoFactors : ACR.singleFactor;
}

/**
 * The proofs that still count: of a first factor, of a working authenticator, or of the present set of
 * backup codes. A proof of an earlier activation of its method never counts again.
 */
export function countingProofs(
  proofs: readonly SessionProof[],
  present: PresentFactors,
): SessionProof[] {
  return proofs.filter((proof) => counts(proof, present)).map((proof) => onDevice(proof, present));
}

function counts(proof: SessionProof, present: PresentFactors): boolean {
  return proof.methodId === null || isOfWorking(proof, present);
}

/** The proof, without what its device saw if that no longer counts. */
function onDevice(proof: SessionProof, present: PresentFactors): SessionProof {
  const { deviceProof, ...own } = proof;
  return deviceProof === undefined || isOfWorking(deviceProof, present) ? proof : own;
}

function isOfWorking(
  { methodId, authenticatorId, backupCodesId, activation }: DeviceProof,
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

/** The standing that proofs give together. @param proofs that count */
export function standingOf(proofs: readonly SessionProof[]): Standing {
  const isTwo =
    proofs.some(({ amr }) => amr.includes('mfa')) ||
    (proofs.some(isOfSecondFactor) && !proofs.every(isOfSecondFactor));
  const references = new Set(proofs.flatMap(({ amr }) => amr));
  if (isTwo) references.delete('mfa');
  const decisive = isTwo ? proofs.filter(isOfSecondFactor) : proofs;
  const deviceMfaAt = latestOf(proofs.flatMap(({ deviceProof }) => deviceProof ?? []));
  return {
    amr: isTwo ? [...references, 'mfa'] : [...references],
    authenticatedAt: latestOf(decisive),
    ...(deviceMfaAt !== null && { deviceMfaAt }),
  };
}

/** The time of the latest proof; null without one. */
export function latestOf(proofs: readonly Pick<SessionProof, 'at'>[]): Date | null {
  return proofs.reduce<Date | null>(
    (latest, { at }) => (latest === null || at > latest ? at : latest),
    null,
  );
}

/**
 * Adds a proof to those of a session. It replaces an older proof by the same credential that shows as much.
 * A method that began the session, without any other first factor, stays its first factor.
 */
export function withProof(proofs: readonly SessionProof[], added: SessionProof): SessionProof[] {
  const kept = hasBegunWith(added, proofs) ? { ...added, isOfFirstFactor: true } : added;
  return [...proofs.filter((proof) => kindOf(proof) !== kindOf(added)), kept];
}

function hasBegunWith({ methodId }: SessionProof, proofs: readonly SessionProof[]): boolean {
  const isOnlyFirst = proofs.every((proof) => proof.methodId !== null);
  const own = proofs.filter((proof) => proof.methodId === methodId);
  return isOnlyFirst && own.some(({ isOfFirstFactor }) => isOfFirstFactor === true);
}

/** The proofs that a session keeps at most: more than anybody needs. */
export const MAX_SESSION_PROOFS = 64;

/**
 * The proofs of a session that can still matter: those that count, and those by which a reversal of their
 * credential finds the session.
 *
 * @param undoableSince no change of that time or before can be reversed any more
 */
export function proofsThatMatter(
  proofs: readonly SessionProof[],
  present: PresentFactors,
  undoableSince: Date,
): SessionProof[] {
  return proofs.filter((proof) => counts(proof, present) || proof.at > undoableSince);
}

/** Removes the claim of a second factor from proofs. For subjects whose last method is gone. */
export function withoutSecondFactor(proofs: readonly SessionProof[]): SessionProof[] {
  return proofs.map((proof) => ({
    ...proof,
    amr: proof.amr.filter((reference) => reference !== 'mfa'),
  }));
}

function kindOf({ methodId, authenticatorId, backupCodesId, amr }: SessionProof): string {
  const shown = methodId === null ? amr : amr.includes('mfa');
  return JSON.stringify([methodId, authenticatorId, backupCodesId, shown]);
}

/** A {@link SessionProof} as JSON. */
interface StoredProof extends Omit<SessionProof, 'at' | 'deviceProof'> {
  readonly at: string;
  readonly deviceProof?: Omit<DeviceProof, 'at'> & { readonly at: string };
}

/** Proofs as the text of a `jsonb` column. {@link readProofs} reads it. */
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
      deviceProof: rest.deviceProof,
    })),
  );
}

/** Reads proofs from a row. @param stored what {@link storedProofs} wrote; it is not checked */
export function readProofs(stored: unknown): SessionProof[] {
  return (stored as StoredProof[]).map(({ deviceProof, ...proof }) => ({
    ...proof,
    at: new Date(proof.at),
    ...(deviceProof && { deviceProof: { ...deviceProof, at: new Date(deviceProof.at) } }),
  }));
}
