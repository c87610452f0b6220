import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { MfaOptions } from '../mfa.options.js';
import { type Principal } from './actor.js';
import { ACR, type Acr, satisfies } from './assurance.js';
import { MfaError } from './errors.js';
import { offered } from './policy.js';
import { type MethodRecord, type MethodSnapshot, MethodStore, type Transaction } from './stores.js';

/** The clocks of two servers may differ so much. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What a proof must be, for what was asked to be allowed. */
export interface ProofDemand {
  /** The last proof may be so old, in seconds. */
  readonly maxAgeSeconds: number;
  /** Method references that must be among the proven ones [RFC 8176 §2]. */
  readonly amr?: readonly string[];
  /** The weakest that will do. */
  readonly acr: Acr;
}

/** Whether a proof was given lately. One without a time never was. */
export function isRecent(
  { authenticatedAt }: Pick<Principal, 'authenticatedAt'>,
  maxAgeSeconds: number,
  now: Date,
): boolean {
  if (authenticatedAt === null) return false;
  const ageSeconds = (now.getTime() - authenticatedAt.getTime()) / 1000;
  return ageSeconds <= maxAgeSeconds && ageSeconds >= -CLOCK_TOLERANCE_SECONDS;
}

/**
 * Holds who is signed in to a demand.
 *
 * @throws {MfaError} `fresh_proof_required` when they have not proven that
 */
export function requireProof(principal: Principal, demand: ProofDemand, now: Date): void {
  const { maxAgeSeconds, amr = [], acr } = demand;
  const isProven =
    isRecent(principal, maxAgeSeconds, now) &&
    satisfies(principal.amr, acr) &&
    amr.every((reference) => principal.amr.includes(reference));
  if (!isProven) throw new MfaError('fresh_proof_required', { freshProof: { maxAgeSeconds, acr } });
}

/**
 * How strong a proof must be for its owner to change factors: two factors where there is a second
 * one. Who has just set the first ones up goes on without them; an older session, which was made
 * without them, does not.
 */
export function acrForChanges(principal: Principal, methods: readonly MethodRecord[]): Acr {
  const isOwn = (method: MethodRecord) => wasActivatedBy(principal, method);
  return offered(methods).every(isOwn) ? ACR.singleFactor : ACR.twoFactors;
}

function wasActivatedBy(
  { sessionId, authenticatedAt }: Principal,
  { activatedIn, activatedAt }: MethodRecord,
): boolean {
  if (sessionId === null || authenticatedAt === null || activatedAt === null) return false;
  return activatedIn === sessionId && activatedAt >= authenticatedAt;
}

/** Asks for a recent proof before factors are changed [ASVS 7.5.1]. */
@Injectable()
export class FreshProof {
  constructor(
    private readonly methods: MethodStore,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * To be asked before a change is begun, and, where no proof of a method authorises it, again once
   * the account is locked: another session may have made a first factor active meanwhile.
   *
   * @returns the subject's methods, which decide how strong a proof is asked for
   * @throws {MfaError} `fresh_proof_required`
   */
  async require(principal: Principal, transaction?: Transaction): Promise<MethodSnapshot> {
    const snapshot = await this.methods.read(principal.subjectId, transaction);
    const acr = acrForChanges(principal, snapshot.methods);
    const maxAgeSeconds = this.options.stepUpMaxAgeSeconds;
    requireProof(principal, { maxAgeSeconds, acr }, this.clock.now());
    return snapshot;
  }
}
