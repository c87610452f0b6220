import { isDeepStrictEqual } from 'node:util';
import { type SessionProof } from '../ports/assurance.js';
import { type Settlement, type SpentAttempt } from '../ports/attempts.js';
import { activationOfProof, authenticatorsAfter, mayAnswer } from '../ports/authenticators.js';
import { type BackupCodes } from './backup-codes.js';
import { MfaError } from '../../contract/errors.js';
import { type SubjectHandle } from '../ports/discoveries.js';
import {
  type MfaHandler,
  type Subject,
  type VerifyInput,
  type VerifyOutcome,
} from '../../contract/handler.js';
import { type HandlerRegistry } from './handler-registry.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { type ProofReading } from './proof-reading.js';
import { type ChallengeRecord, type MethodRecord } from '../ports/stores.js';

/** A right proof, and what a session keeps of it. */
export interface RightProof
  extends
    Pick<Settlement, 'proven'>,
    Pick<SessionProof, 'amr' | 'authenticatorId' | 'backupCodesId'> {
  /** True if it shows two factors by itself, as {@link VerifyOutcome} says. Absent: false. */
  readonly isTwoFactor?: true;
}

/** What a proof is judged by. */
export interface JudgedAttempt extends Pick<SpentAttempt, 'method' | 'backupCode'> {
  readonly challenge: Pick<ChallengeRecord, 'authenticatorId' | 'data'>;
}

/** What judges. */
export interface Judges {
  readonly registry: HandlerRegistry;
  readonly backupCodes: BackupCodes;
}

/** What is judged in each try of a request. */
export interface JudgedProof {
  readonly subject: Subject;
  readonly client: ClientInfo;
  readonly reading: ProofReading;
}

/** When it is judged. */
export interface Sitting {
  readonly at: Date;
  /** Others wait for the account meanwhile, so nothing is judged that takes a slow hash. */
  readonly isLocked: boolean;
}

/** What a handler has judged by, and what it found. */
interface Verdict {
  readonly by: readonly unknown[];
  readonly outcome: VerifyOutcome<unknown>;
}

/**
 * Judges the proof of one request, and again after each lost race. Nothing is judged twice by the same
 * state: a handler may take a slow hash, and the last try is behind a lock.
 */
export class ProofJudge {
  private readonly verdicts: Verdict[] = [];
  private readonly rightHashes = new Set<string>();
  private reason: string | null = null;
  private isRightPassword: boolean | null = null;

  constructor(
    private readonly judges: Judges,
    private readonly judged: JudgedProof,
  ) {}

  /** Whether the proof was used before. */
  get hasSeenUsed(): boolean {
    return this.verdicts.some(({ outcome }) => !outcome.ok && outcome.wasUsed === true);
  }

  /**
   * Why the proof was refused in the last try, where no proof can be guessed: {@link VerifyOutcome}. Null:
   * it was wrong, or right.
   */
  get refusal(): string | null {
    return this.reason;
  }

  /**
   * Null: the proof is wrong, or it is refused for {@link refusal}.
   *
   * @throws {MfaError} `unavailable` where only a slow hash could tell, and others wait
   */
  async judge(attempt: JudgedAttempt, sitting: Sitting): Promise<RightProof | null> {
    this.reason = null;
    const { method } = attempt;
    if (method === null) return this.byPassword();
    const given = { ...attempt, method };
    return (await this.byMethod(given, sitting)) ?? this.byBackupCode(attempt, sitting);
  }

  /** Judges the password once, whatever races the request loses: its hash is slow. */
  private async byPassword(): Promise<RightProof | null> {
    const { subject, client, reading } = this.judged;
    const { password } = reading;
    this.isRightPassword ??= (await password?.host.verify(subject, password.text, client)) === true;
    if (!this.isRightPassword) return null;
    return {
      proven: { by: 'password' },
      amr: ['pwd'],
      authenticatorId: null,
      backupCodesId: null,
    };
  }

  private async byMethod(
    { method, challenge }: JudgedAttempt & { readonly method: MethodRecord },
    { at }: Sitting,
  ): Promise<RightProof | null> {
    const handler = this.judges.registry.forMethod(method);
    const { subject, reading } = this.judged;
    const proof = reading.proofs.get(handler.name);
    if (proof === undefined) return null;
    for (const { id, state: stored } of mayAnswer(challenge, method)) {
      const state = handler.parseState(stored, method.stateVersion);
      const input = { subject, state, data: challenge.data, proof, now: at };
      const outcome = await this.verdictOf(handler, input);
      if (!outcome.ok) {
        this.reason ??= reasonOf(outcome, handler);
        continue;
      }
      this.reason = null;
      const use = { id, state: outcome.state, now: at };
      const authenticators = authenticatorsAfter(use, method, handler);
      const amr = outcome.amr ?? handler.amr;
      const { stateVersion } = handler;
      const found = handleOf(outcome, handler);
      const proven = { by: 'method', authenticators, stateVersion, ...found } as const;
      const { isTwoFactor } = outcome;
      const shown = { amr, ...(isTwoFactor && { isTwoFactor }) };
      return { proven, ...shown, authenticatorId: id, backupCodesId: null };
    }
    return null;
  }

  private async verdictOf(
    handler: MfaHandler,
    input: VerifyInput<unknown, unknown, object>,
  ): Promise<VerifyOutcome<unknown>> {
    const by = [handler.name, input.state, input.data, input.now];
    const known = this.verdicts.find((verdict) => isDeepStrictEqual(verdict.by, by));
    if (known !== undefined) return known.outcome;
    const outcome = await handler.verify(input);
    this.verdicts.push({ by, outcome });
    return outcome;
  }

  private async byBackupCode(
    { backupCode: stored }: JudgedAttempt,
    { isLocked }: Sitting,
  ): Promise<RightProof | null> {
    const { backupCode } = this.judged.reading;
    if (stored === null || backupCode === null) return null;
    const isKnown = this.rightHashes.has(stored.hash);
    if (isLocked && !isKnown) throw new MfaError('unavailable');
    const isRight =
      isKnown || (await this.judges.backupCodes.matches(backupCode, stored.hash, this.judged));
    if (!isRight) return null;
    this.rightHashes.add(stored.hash);
    const proven = { by: 'backup_code', lookup: stored.lookup } as const;
    return { proven, amr: ['otp'], authenticatorId: null, backupCodesId: stored.setId };
  }
}

/** What a session keeps of a right proof. */
export function keptOf(
  { amr, authenticatorId, backupCodesId }: RightProof,
  { method }: Pick<SpentAttempt, 'method'>,
  at: Date,
): SessionProof {
  const ofMethod = {
    methodId: method?.id ?? null,
    activation: method && activationOfProof(method),
  };
  return { amr, authenticatorId, backupCodesId, ...ofMethod, at };
}

/** What was right in one try. */
interface JudgedTry {
  readonly attempt: Pick<SpentAttempt, 'method'>;
  readonly proof: RightProof;
}

/** Whether what was concluded from one try may be concluded from another. */
export function concludesAlike(one: JudgedTry, other: JudgedTry): boolean {
  return isDeepStrictEqual(groundsOf(one), groundsOf(other));
}

function groundsOf({ attempt: { method }, proof: { proven, ...shown } }: JudgedTry): unknown {
  return [method?.id, method?.isActive, proven.by, shown];
}

/** The handle by which an authenticator can be found from now on, as a member to spread. */
function handleOf(
  { handle: value }: { readonly handle?: string },
  { discoverable }: MfaHandler,
): { readonly handle?: SubjectHandle } {
  if (value === undefined || discoverable === undefined) return {};
  return { handle: { realm: discoverable.realm, value } };
}

/** A reason spares the attempt, so a proof that can be guessed never has one. */
function reasonOf({ reason }: { readonly reason?: string }, { isGuessable }: MfaHandler) {
  return isGuessable === false && reason !== undefined ? reason : null;
}
