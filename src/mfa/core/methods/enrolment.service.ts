import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { NoFields, readFields } from '../../contract/read-fields.js';
import { type Actor } from '../access/actor.js';
import { PresentAccounts, type SignedInAccount } from '../access/present-accounts.js';
import { AuthenticatorLabel } from '../ports/authenticator-label.js';
import {
  chooseAwaiting,
  confirmedAlready,
  holdsSeveral,
  placeFor,
  provenOf,
  workingOf,
} from '../ports/authenticators.js';
import { methodOf } from '../ports/attempts.js';
import { BackupCodeIssuer } from './backup-code-issuer.js';
import { ChangeLog, type ChangeOccasion } from '../reversal/change-log.js';
import { Disposal } from '../reversal/disposal.js';
import { CodeSender } from '../sending/code-sender.js';
import { EnrolmentWriter, type NewEnrolment } from './enrolment-writer.js';
import { type StoredEnrolment } from './enrolments.js';
import { OwnMethods } from './own-methods.js';
import { problemOnly } from '../../contract/errors.js';
import { type MfaEvent } from '../ports/events.js';
import { FreshProof } from '../access/fresh-proof.js';
import { type JsonObject, type MfaHandler, type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { MethodCeremony } from '../ceremony/method-ceremony.js';
import {
  type MethodRecord,
  type MethodSnapshot,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** A request to set a method up. */
export interface SetUpRequest {
  readonly handler: string;
  /** The fields of the handler's set-up, and the label when the handler holds several authenticators. */
  readonly fields: Record<string, unknown>;
  /** The subject and the methods, if the request has just read them. Absent: they are read here. */
  readonly known?: SignedInAccount;
}

/** The answer to a set-up, the only one that shows its secret and the backup codes. */
export interface SetUpResult {
  readonly method: string;
  /** The new authenticator; null when the handler holds one only. */
  readonly authenticatorId: string | null;
  readonly setupData: JsonObject;
  /** Members of `setup_data` that the published guide puts beside it. */
  readonly topLevel: JsonObject;
  /** The new set; empty once a method is active. */
  readonly backupCodes: readonly string[];
  readonly backupCodesRemaining: number;
}

/** A request to confirm a set-up. */
export interface Confirmation {
  readonly handler: string;
  /** Required when several authenticators await their confirmation. */
  readonly authenticatorId?: string | undefined;
  readonly proof: Record<string, unknown>;
}

/** A proof that is to confirm an authenticator. */
interface GivenProof {
  readonly actor: Actor;
  readonly subject: Subject;
  readonly method: MethodRecord;
  /** {@link Authenticator.id} */
  readonly id: string;
  readonly proof: Record<string, unknown>;
}

/** A confirmation whose proof was right. */
interface Confirming {
  readonly actor: Actor;
  readonly occasion: ChangeOccasion;
  readonly type: 'authenticator_added' | 'method_activated';
  /** The method before the confirmation. */
  readonly before: MethodRecord;
  /** {@link Authenticator.id} */
  readonly id: string;
}

/** Enrols methods: sets them up, and confirms them. */
@Injectable()
export class EnrolmentService {
  constructor(
    private readonly accounts: PresentAccounts,
    private readonly own: OwnMethods,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeIssuer,
    private readonly writer: EnrolmentWriter,
    private readonly ceremony: MethodCeremony,
    private readonly freshProof: FreshProof,
    private readonly codeSender: CodeSender,
    private readonly disposal: Disposal,
    private readonly log: ChangeLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets a method up. It replaces a method of the handler that is not active, and kills its secret. With a
   * new label it adds an authenticator to those that work.
   *
   * @throws {MfaError} `method_unknown`, `validation_failed`, `send_too_soon`, `send_limit`,
   * `delivery_failed`, and as {@link EnrolmentWriter.store}
   */
  async setUp(actor: Actor, request: SetUpRequest): Promise<SetUpResult> {
    const handler = this.registry.get(request.handler);
    const { name } = handler;
    const { label, input } = readSetUp(handler, request.fields);
    const isTheirs = request.known?.subjectId === actor.subjectId;
    const known = isTheirs ? request.known : await this.accounts.signedIn(actor);
    const { subject } = known;
    const present = known.methods.find((method) => method.handler === name);
    placeFor(handler, present, label);
    const now = this.clock.now();
    const enrolled = present === undefined ? [] : statesOf(handler, present);
    const outcome = await handler.setup({ subject, fields: input, enrolled, label, now });
    const context = { subject, purpose: 'enrol' as const, factor: name, client: actor.client };
    const stored = await this.codeSender.send({
      delivery: outcome.delivery,
      context,
      store: () => this.store({ handler, outcome, context, label, actor }, known),
      withdraw: (unanswered) => this.withdrawCodes(subject, unanswered),
    });
    return {
      method: name,
      authenticatorId: holdsSeveral(handler) ? stored.authenticatorId : null,
      setupData: outcome.response,
      topLevel: repeatedBeside(outcome.response, handler),
      backupCodes: stored.backupCodes,
      backupCodesRemaining: stored.backupCodesRemaining,
    };
  }

  private async store(enrolment: NewEnrolment, known: MethodSnapshot): Promise<StoredEnrolment> {
    const stored = await this.writer.store(enrolment, known);
    const { handler, context } = enrolment;
    await this.disposal.dispose(handler, context.subject.id, stored.replaced);
    return stored;
  }

  /** The sent code may have arrived and can confirm the set-up. Backup codes that nobody saw must not live. */
  private async withdrawCodes(subject: Subject, stored: StoredEnrolment): Promise<void> {
    if (stored.backupCodes.length === 0) return;
    await this.backupCodes.withdraw(subject.id, stored.authenticatorId);
  }

  /**
   * Activates what was set up, by its own proof. Other authenticators keep working.
   *
   * @throws {MfaError} `method_unknown`, `method_not_found`, `method_exists`, `validation_failed`, and as
   * {@link FreshProof.require} and {@link MethodCeremony.prove}
   */
  async confirm(actor: Actor, { handler, authenticatorId, proof }: Confirmation): Promise<void> {
    const { subject, method } = await this.own.method(actor, handler);
    const authenticator = chooseAwaiting(method, authenticatorId);
    const confirmation = { actor, subject, method, id: authenticator.id, proof };
    try {
      await this.prove(confirmation);
    } catch (error) {
      const refusal = problemOnly(error);
      // A concurrent copy of this request may have spent the proof and confirmed it.
      const working = (await this.methods.list(subject.id)).flatMap(workingOf);
      throw working.some(({ id }) => id === authenticator.id) ? confirmedAlready() : refusal;
    }
  }

  private async prove({ actor, subject, method, id, proof }: GivenProof): Promise<void> {
    await this.ceremony.prove(
      {
        subject,
        method,
        authenticatorId: id,
        purpose: 'enrol',
        proof,
        acceptsBackupCode: false,
        client: actor.client,
        sessionId: actor.sessionId,
        wrongProofDetail: 'Invalid OTP code',
      },
      async ({ attempt, proof: { at } }) => {
        const occasion = this.log.occasion({ actor, subject, factor: method.handler }, at);
        const before = methodOf(attempt);
        const type = before.isActive
          ? ('authenticator_added' as const)
          : ('method_activated' as const);
        const confirming = { actor, occasion, type, before, id };
        return {
          result: undefined,
          events: [type],
          target: id,
          changeId: occasion.changeId,
          change: (transaction) => this.activate(confirming, transaction),
        };
      },
    );
  }

  /** The ceremony has stored the proof already, so `before` comes from the attempt. */
  private async activate(
    { actor, occasion, type, before, id }: Confirming,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const { methods } = await this.freshProof.require(actor, transaction);
    const told = await this.backupCodes.discardForeign(occasion, methods, transaction);
    const { authenticators } = before;
    const about = { kind: 'method' as const, id: before.id, authenticators };
    const further = await this.log.record({ type, target: id }, { occasion, about }, transaction);
    const activation = { at: occasion.at, sessionId: actor.sessionId };
    await this.methods.activate(before, activation, transaction);
    return [...told, ...further];
  }
}

/** Takes the label out of the fields when the handler holds several authenticators. */
function readSetUp(handler: MfaHandler, fields: Record<string, unknown>) {
  const schema = handler.setupSchema ?? NoFields;
  if (!holdsSeveral(handler)) return { label: undefined, input: readFields(schema, fields) };
  const { label: given, ...own } = fields;
  const { label } = readFields(AuthenticatorLabel, given === undefined ? {} : { label: given });
  return { label, input: readFields(schema, own) };
}

function repeatedBeside(setupData: JsonObject, { setupTopLevel = [] }: MfaHandler): JsonObject {
  return Object.fromEntries(
    Object.entries(setupData).filter(([name]) => setupTopLevel.includes(name)),
  );
}

function statesOf(handler: MfaHandler, method: MethodRecord): unknown[] {
  return provenOf(method).map(({ state }) => handler.parseState(state, method.stateVersion));
}
