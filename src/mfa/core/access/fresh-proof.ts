import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { SubjectResolver, type Principal, proofsOf } from './actor.js';
import {
  ACR,
  type Acr,
  acrOf,
  countingProofs,
  isOfSecondFactor,
  type PresentFactors,
  type SessionProof,
  standingOf,
} from '../ports/assurance.js';
import { MfaError } from '../../contract/errors.js';
import { offered } from '../ceremony/policy.js';
import {
  type MethodRecord,
  type MethodSnapshot,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** The clocks of two servers may differ so much. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What must have been proven, for what was asked to be allowed. */
export interface ProofDemand {
  /**
   * How old a proof may be, in seconds: that of a second factor where two are asked for. The first
   * factor of the session is then as old as the session is.
   */
  readonly maxAgeSeconds: number;
  /** Method references, each of which a proof of that age must show [RFC 8176 §2]. */
  readonly amr?: readonly string[];
  /** The weakest that will do. */
  readonly acr: Acr;
}

/**
 * Holds who is signed in to a demand, by the proofs that still count.
 *
 * @throws {MfaError} `fresh_proof_required` when they have not proven that
 */
export function requireProof(
  principal: Principal,
  present: PresentFactors,
  { demand, now }: { readonly demand: ProofDemand; readonly now: Date },
): void {
  const { maxAgeSeconds, amr = [], acr } = demand;
  const counting = countingProofs(proofsOf(principal), present);
  const isTwo = acrOf(standingOf(counting).amr) === ACR.twoFactors;
  const recent = counting.filter((proof) => isRecent(proof, maxAgeSeconds, now));
  const shows = (reference: string) =>
    reference === 'mfa' ? isTwo : recent.some((proof) => proof.amr.includes(reference));
  const isProven = {
    [ACR.noFactor]: recent.length > 0,
    [ACR.singleFactor]: recent.some((proof) => proof.amr.length > 0),
    [ACR.twoFactors]: isTwo && recent.some(isOfSecondFactor),
  };
  if (isProven[acr] && amr.every(shows)) return;
  throw new MfaError('fresh_proof_required', { freshProof: { maxAgeSeconds, acr } });
}

/** Whether a proof was given lately. */
function isRecent({ at }: SessionProof, maxAgeSeconds: number, now: Date): boolean {
  const ageSeconds = (now.getTime() - at.getTime()) / 1000;
  return ageSeconds <= maxAgeSeconds && ageSeconds >= -CLOCK_TOLERANCE_SECONDS;
}

/**
 * How strong a proof must be for its owner to change factors: two factors where there is a second
 * one. Who has just set the first ones up goes on without them, until they are proven in a step-up; an
 * older session, which was made without them, does not.
 */
export function acrForChanges(
  principal: Principal,
  present: Pick<MethodSnapshot, 'methods' | 'backupCodesId'>,
): Acr {
  const isOwn = ({ activatedIn }: MethodRecord) =>
    principal.sessionId !== null && activatedIn === principal.sessionId;
  const isProven = countingProofs(proofsOf(principal), present).some(isOfSecondFactor);
  return offered(present.methods).every(isOwn) && !isProven ? ACR.singleFactor : ACR.twoFactors;
}

/** Asks for a recent proof before factors are changed [ASVS 7.5.1]. */
@Injectable()
export class FreshProof {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly methods: MethodStore,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * To be asked before a change is begun, and again in the transaction that makes it, once the
   * account is locked: then the session may be over, its user disabled, or what it had proven gone.
   *
   * @param principal whom the host has authenticated for this request
   * @param transaction of the change; session, user and proofs are read anew, in it where there is one
   * @returns the subject's methods, which decide how strong a proof is asked for. What is decided by
   * them is decided anew where their version has changed
   * @throws {MfaError} `fresh_proof_required`, or `token_not_valid` for a session that is over by now
   */
  async require(principal: Principal, transaction?: Transaction): Promise<MethodSnapshot> {
    const snapshot = await this.methods.read(principal.subjectId, transaction);
    // After the reading: whatever ends a session later than this changes the version that was read.
    const present = await this.actors.asOfNow(principal, transaction);
    const acr = acrForChanges(present, snapshot);
    const demand = { maxAgeSeconds: this.options.stepUpMaxAgeSeconds, acr };
    requireProof(present, snapshot, { demand, now: this.clock.now() });
    return snapshot;
  }

  /**
   * Holds who is signed in to a demand, by the methods that are active now.
   *
   * @throws {MfaError} `fresh_proof_required`
   */
  async requireFor(principal: Principal, demand: ProofDemand): Promise<void> {
    const present = await this.methods.read(principal.subjectId);
    requireProof(principal, present, { demand, now: this.clock.now() });
  }
}
