import { Injectable } from '@nestjs/common';
import { type MfaHandler, type Subject } from '../../contract/handler.js';
import { MfaError } from '../../contract/errors.js';
import { PresentAccounts, type PresentAccount } from '../access/present-accounts.js';
import { BackupCodes } from '../ceremony/backup-codes.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { activeOf } from '../ceremony/policy.js';
import { keptOf, ProofJudge, type RightProof } from '../ceremony/proof-judge.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type SessionProof } from '../ports/assurance.js';
import { type Settlement } from '../ports/attempts.js';
import { DiscoveryStore } from '../ports/discoveries.js';
import { type MfaEvent } from '../ports/events.js';
import { HostPorts } from '../ports/host-ports.js';
import { type ClientInfo, OF_LOGIN, vouch } from '../ports/mfa-passed.js';
import { type MethodRecord, MethodStore, type Transaction, UnitOfWork } from '../ports/stores.js';
import { answerOf, type IssuedResponse } from './issued-response.js';
import { type BegunLogin } from './login-challenges.js';

/** One answer of a passkey, through all of its judgements. */
export interface PasskeyTrial {
  readonly handler: MfaHandler;
  /** {@link PasskeyClaims.nonce} */
  readonly nonce: string;
  /** What the passkey was asked: {@link DiscoverableFactor.challenge}. */
  readonly data: unknown;
  /** Whom the answer names. */
  readonly subject: Subject;
  readonly client: ClientInfo;
  /** {@link MfaPassed.provider} */
  readonly provider: string;
  readonly judge: ProofJudge;
  readonly at: Date;
}

/** An answer, and whom it names. */
interface PasskeyAnswer extends Pick<PasskeyTrial, 'handler' | 'subject' | 'client'> {
  readonly proof: object;
}

/** A right answer, by the account at one moment. */
interface RightPasskey {
  readonly subject: Subject;
  readonly method: MethodRecord;
  readonly proof: RightProof;
  readonly used: Extract<Settlement['proven'], { by: 'method' }>;
  /** The other active methods, which a passkey that is one factor goes on to. */
  readonly others: readonly MethodRecord[];
}

/** What a right answer has become. */
export interface CommittedPasskey {
  /** The login that goes on; where tokens are issued, there is none. */
  readonly begun: BegunLogin;
  /** {@link RightPasskey.others} */
  readonly others: readonly MethodRecord[];
  /** Null: the passkey is one factor. */
  readonly issued: IssuedResponse | null;
}

/**
 * Judges an answer by the account as it is. Null: it is refused, or it is one factor and there is no other.
 */
export async function judgePasskey(
  { handler, data, judge, at }: PasskeyTrial,
  { subject, snapshot }: PresentAccount,
): Promise<RightPasskey | null> {
  const active = activeOf(snapshot.methods);
  const method = active.find((one) => one.handler === handler.name);
  if (subject === null || method === undefined) return null;
  const attempt = { method, challenge: { authenticatorId: null, data }, backupCode: null };
  const proof = await judge.judge(attempt, { at, isLocked: true });
  if (proof?.proven.by !== 'method') return null;
  const others = active.filter((one) => one !== method);
  if (proof.isTwoFactor !== true && others.length === 0) return null;
  return { subject, method, proof, used: proof.proven, others };
}

/** Commits the answers of passkeys: nonce, key, session and events together, or nothing. */
@Injectable()
export class PasskeyCommit {
  constructor(
    private readonly host: HostPorts,
    private readonly registry: HandlerRegistry,
    private readonly backupCodes: BackupCodes,
    private readonly accounts: PresentAccounts,
    private readonly methods: MethodStore,
    private readonly discoveries: DiscoveryStore,
    private readonly events: EventRecorder,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** What judges an answer, which is no backup code. */
  judgeOf({ handler, proof, subject, client }: PasskeyAnswer): ProofJudge {
    const proofs = new Map([[handler.name, proof]]);
    const reading = { proofs, errors: new Map(), backupCode: null, password: null };
    const { registry, backupCodes } = this;
    return new ProofJudge({ registry, backupCodes }, { subject, client, reading });
  }

  /**
   * Judges the answer once more behind the account's lock: a disabled subject and a removed key are seen
   * there.
   *
   * @param expiresAt of the nonce: no token names it any more
   * @returns null where the answer is refused by now
   * @throws {MfaError} `invalid_token` where the nonce was spent before; `rate_limited`
   */
  async commit(trial: PasskeyTrial, expiresAt: Date): Promise<CommittedPasskey | null> {
    const { nonce, subject } = trial;
    const { id: subjectId } = subject;
    const committed = await this.unitOfWork.runForAccount(subjectId, async (transaction) => {
      const account = await this.accounts.read({ subjectId }, transaction);
      const right = await judgePasskey(trial, account);
      if (right === null) return null;
      if (!(await this.discoveries.spendNonce(nonce, expiresAt, transaction))) {
        throw new MfaError('invalid_token');
      }
      await this.methods.save(methodAfter(right, trial.at), transaction);
      return this.conclude(trial, right, transaction);
    });
    if (committed === null) return null;
    const { events, ...rest } = committed;
    this.events.publish(events);
    return rest;
  }

  private async conclude(
    { handler, client, provider, at }: PasskeyTrial,
    right: RightPasskey,
    transaction: Transaction,
  ): Promise<CommittedPasskey & { readonly events: readonly MfaEvent[] }> {
    const { subject, others } = right;
    const begun = { subject, proofs: [sessionProofOf(right, at)], provider };
    if (right.proof.isTwoFactor !== true) return { begun, others, issued: null, events: [] };
    const issued = await this.host.tokens.issue(vouch({ ...OF_LOGIN, ...begun, client }));
    const { rows, rowUpdates = [], displacement, sessionId, furtherEvents = [] } = issued;
    const occasion = { subject, client, at, factor: handler.name, sessionId };
    const own = (['second_factor_succeeded', 'login_succeeded'] as const).map((type) => ({
      ...occasion,
      type,
    }));
    const events = await this.events.append([...own, ...furtherEvents], {
      rows,
      rowUpdates,
      displacement,
      transaction,
    });
    // A row that the host requires is missing.
    if (events.length === 0) throw new MfaError('unavailable');
    return { begun, others, issued: answerOf(issued), events };
  }
}

function methodAfter({ method, used }: RightPasskey, lastUsedAt: Date) {
  const { authenticators, stateVersion } = used;
  const { id, subjectId, handler, createdAt, confirmedAt } = method;
  const kept = { id, subjectId, handler, createdAt, confirmedAt };
  return { ...kept, lastUsedAt, authenticators, stateVersion };
}

/** One authenticator shows two factors, or it is the first one of this session. */
function sessionProofOf({ method, proof }: RightPasskey, at: Date): SessionProof {
  const kept = keptOf(proof, { method }, at);
  return proof.isTwoFactor === true
    ? { ...kept, amr: [...kept.amr, 'mfa'] }
    : { ...kept, isOfFirstFactor: true };
}
