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
import { PresentAccounts, type SignedInAccount } from './present-accounts.js';
import { activeOf } from '../ceremony/policy.js';
import {
  type MethodRecord,
  type MethodSnapshot,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** How far the clocks of two servers may differ. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What a session must have proven. */
export interface ProofDemand {
  /**
   * How old the proof may be. Where two factors are asked for, this holds for the second one; the first
   * may be as old as the session.
   */
  readonly maxAgeSeconds: number;
  /** Method references [RFC 8176 §2]; a proof of that age must show each. */
  readonly amr?: readonly string[];
  /** The weakest that is enough. */
  readonly acr: Acr;
  /**
   * Whether a first factor of that age on a remembered device is enough where two factors are asked for.
   * Absent: it is not.
   */
  readonly acceptsRememberedDevice?: boolean;
}

/**
 * Checks that the proofs that still count of a principal meet a demand.
 *
 * @throws {MfaError} `fresh_proof_required` where they do not
 */
export function requireProof(
  principal: Principal,
  present: PresentFactors,
  { demand, now }: { readonly demand: ProofDemand; readonly now: Date },
): void {
  const { maxAgeSeconds, amr = [], acr, acceptsRememberedDevice = false } = demand;
  const counting = countingProofs(proofsOf(principal), present);
  const isTwo = acrOf(standingOf(counting).amr) === ACR.twoFactors;
  const recent = counting.filter((proof) => isRecent(proof, maxAgeSeconds, now));
  const shows = (reference: string) =>
    reference === 'mfa' ? isTwo : recent.some((proof) => proof.amr.includes(reference));
  const isOnDevice = acceptsRememberedDevice && recent.some((proof) => proof.deviceProof);
  const isProven = {
    [ACR.noFactor]: recent.length > 0,
    [ACR.singleFactor]: recent.some((proof) => proof.amr.length > 0),
    [ACR.twoFactors]: isOnDevice || (isTwo && recent.some(isOfSecondFactor)),
  };
  if (isProven[acr] && amr.every(shows)) return;
  throw new MfaError('fresh_proof_required', { freshProof: { maxAgeSeconds, acr } });
}

/** Whether a proof is not too old. The clock that dated it may have been a little ahead. */
function isRecent({ at }: SessionProof, maxAgeSeconds: number, now: Date): boolean {
  const ageSeconds = (now.getTime() - at.getTime()) / 1000;
  return ageSeconds <= maxAgeSeconds && ageSeconds >= -CLOCK_TOLERANCE_SECONDS;
}

/**
 * How strong a proof must be to change factors: two factors where there is a second one. The session that
 * has just set up the first factors needs no proof of them until it has given one in a step-up. An older
 * session, which began without them, needs it.
 */
export function acrForChanges(
  principal: Principal,
  present: Pick<MethodSnapshot, 'methods' | 'backupCodesId'>,
): Acr {
  const isOwn = ({ activatedIn }: MethodRecord) =>
    principal.sessionId !== null && activatedIn === principal.sessionId;
  const isProven = countingProofs(proofsOf(principal), present).some(isOfSecondFactor);
  return activeOf(present.methods).every(isOwn) && !isProven ? ACR.singleFactor : ACR.twoFactors;
}

/** Requires a recent proof before factors are changed [ASVS 7.5.1]. */
@Injectable()
export class FreshProof {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly accounts: PresentAccounts,
    private readonly methods: MethodStore,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Call it before a change begins, and again in the transaction that makes it, once the account is
   * locked: by then the session may be over, its user disabled, or its proofs worth nothing.
   *
   * @param principal whom the host has authenticated for this request
   * @param transaction of the change; session, user and proofs are read in it
   * @returns the subject, and the methods, which decide how strong the proof must be. Decide anew where
   * their version has changed
   * @throws {MfaError} `fresh_proof_required`, or `token_not_valid` for a session that is over now
   */
  async require(principal: Principal, transaction?: Transaction): Promise<SignedInAccount> {
    const account = await this.accounts.signedIn(principal, transaction);
    // Read after the methods: whatever ends the session later changes the version that was read.
    const present = await this.actors.asOfNow(principal, transaction);
    const acr = acrForChanges(present, account);
    const demand = { maxAgeSeconds: this.options.stepUpMaxAgeSeconds, acr };
    requireProof(present, account, { demand, now: this.clock.now() });
    return account;
  }

  /**
   * As {@link requireProof}, with the methods that are active now.
   *
   * @throws {MfaError} `fresh_proof_required`
   */
  async requireFor(principal: Principal, demand: ProofDemand): Promise<void> {
    const present = await this.methods.read(principal.subjectId);
    requireProof(principal, present, { demand, now: this.clock.now() });
  }
}
