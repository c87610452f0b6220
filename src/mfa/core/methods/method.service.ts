import { Injectable } from '@nestjs/common';
import { CodeProof } from '../../contract/code-proof.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { isIndispensable } from '../ports/authenticators.js';
import { ChangeLog, type ChangeOccasion } from '../reversal/change-log.js';
import { MfaError } from '../../contract/errors.js';
import { type JsonObject, type MfaHandler } from '../../contract/handler.js';
import { type MfaEvent } from '../ports/events.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type Change, MethodChanges, missing, type Target } from './method-changes.js';
import { type MethodView, methodView, signalView } from './method-view.js';
import { deletionRefusal, isLastActive, takesProofToRemove } from '../ceremony/policy.js';
import { refuseForeignFields, takesCode } from '../ceremony/proof-reading.js';
import { type MethodRecord, MethodStore, type Transaction } from '../ports/stores.js';

const WRONG_PROOF = 'Invalid OTP code';

/** A method that is to change, among the others of its owner. */
interface OwnMethod extends Target {
  readonly methods: readonly MethodRecord[];
}

/** A method that shall be deleted, while it is as whoever asked has seen it. */
interface Deletion {
  readonly name: string;
  readonly expected: (method: MethodRecord) => boolean;
}

/** A deletion that is under way. */
interface DeletionAttempt extends Pick<Deletion, 'expected'> {
  readonly isProven: boolean;
  readonly occasion: ChangeOccasion;
}

/** Lists the methods of a signed-in subject and changes what is set up already. */
@Injectable()
export class MethodService {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly changes: MethodChanges,
    private readonly log: ChangeLog,
    private readonly options: MfaOptions,
  ) {}

  /** One entry for each registered handler, in configured order. */
  async list(actor: Actor): Promise<MethodView[]> {
    const subject = await this.actors.subjectOf(actor);
    const methods = await this.methods.list(subject.id);
    return this.registry.all().map((handler) =>
      methodView(
        handler,
        methods.find((method) => method.handler === handler.name),
      ),
    );
  }

  /**
   * Makes an active method the one that a login asks for first. Does nothing when it is already.
   *
   * @param proof of the present primary method; asked for only where that is set
   * @throws {MfaError} `method_unknown`, `method_not_found`, `validation_failed`, and as
   * {@link MethodChanges.apply} and {@link MethodCeremony.prove}
   */
  async makePrimary(
    actor: Actor,
    name: string,
    proof: Record<string, unknown> | null,
  ): Promise<void> {
    const target = await this.target(actor, name);
    if (!target.method.isActive) throw new MfaError('method_not_found');
    const primary = target.methods.find((method) => method.isPrimary);
    const asked = this.askedHandler(primary ?? target.method);
    refuseForeignFields(asked, proof ?? {});
    if (target.method.isPrimary) return;
    const change: Change = {
      type: 'primary_changed',
      target: primary?.id,
      targetIn: (methods) => methods.find(({ isPrimary }) => isPrimary)?.id,
      run: (transaction) => this.movePrimary(target, transaction),
    };
    if (!this.options.updatePrimaryMethodRequiredPrimaryCode || primary === undefined) {
      return this.changes.apply(target, change);
    }
    if (proof === null && takesCode(asked)) throw missing('primary_code');
    const wrongProofDetail = 'Invalid primary method code';
    await this.changes.prove(
      target,
      { proof: proof ?? {}, acceptsBackupCode: true, wrongProofDetail, by: primary },
      change,
    );
  }

  /**
   * Makes an active method inactive, by its own proof; it stays set up.
   *
   * @throws {MfaError} `method_unknown`, `method_not_found`, `method_is_primary`, and as
   * {@link MethodCeremony.prove}
   */
  async deactivate(actor: Actor, name: string, proof: Record<string, unknown>): Promise<void> {
    const target = await this.target(actor, name);
    if (!target.method.isActive) throw new MfaError('method_not_found');
    if (target.method.isPrimary) throw new MfaError('method_is_primary');
    await this.changes.prove(
      target,
      { proof, acceptsBackupCode: false, wrongProofDetail: WRONG_PROOF },
      {
        type: 'method_deactivated',
        target: target.method.id,
        run: async (transaction) => {
          const isDone = await this.methods.deactivate(target.method, transaction);
          if (!isDone) throw new MfaError('method_is_primary');
          return [];
        },
      },
    );
  }

  /**
   * Removes a method. With the last active one the backup codes die. Its handler lets go of it once
   * its owner can no longer say that it was not them.
   *
   * @param proof asked for only where that is set, and only for an active method
   * @returns what is passed on of its authenticators, or null
   * @throws {MfaError} `method_unknown`, `method_not_found`, `delete_active_forbidden`,
   * `delete_primary_forbidden`, `delete_last_forbidden`, `validation_failed`, and as
   * {@link MethodChanges.apply} and {@link MethodCeremony.prove}
   */
  async delete(
    actor: Actor,
    name: string,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    return this.deleteOnce(actor, { name, expected: () => true }, proof);
  }

  /**
   * As {@link delete}, of a method that goes with the last of its authenticators.
   *
   * @throws {MfaError} `unavailable` when it has another one by now; and as {@link delete}
   */
  async deleteWith(
    actor: Actor,
    { name, id }: { readonly name: string; readonly id: string },
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    return this.deleteOnce(
      actor,
      { name, expected: (method) => isIndispensable(method, id) },
      proof,
    );
  }

  private async deleteOnce(
    actor: Actor,
    { name, expected }: Deletion,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    const target = await this.target(actor, name, 'Method does not exist');
    const handler = this.registry.forMethod(target.method);
    this.checkDeletion(target.method, target.methods);
    const isProven = takesProofToRemove(target.method, this.options);
    const change: Change = {
      type: 'method_deleted',
      target: target.method.id,
      run: (transaction, occasion) =>
        this.deleteIn(target, { isProven, expected, occasion }, transaction),
    };
    if (isProven) {
      const wrongProofDetail = WRONG_PROOF;
      const authorisation = { proof: proof ?? {}, acceptsBackupCode: true, wrongProofDetail };
      await this.changes.prove(target, authorisation, change);
    } else {
      refuseForeignFields(handler, proof ?? {});
      await this.changes.apply(target, change);
    }
    return signalView(handler, target.subject, null);
  }

  private async target(actor: Actor, name: string, absent?: string): Promise<OwnMethod> {
    this.registry.get(name);
    const subject = await this.actors.subjectOf(actor);
    const methods = await this.methods.list(subject.id);
    const method = methods.find(({ handler }) => handler === name);
    if (method === undefined) {
      throw new MfaError('method_not_found', absent === undefined ? {} : { detail: absent });
    }
    return { actor, subject, method, methods };
  }

  /** Nothing but a backup code stands for a method whose handler is gone. */
  private askedHandler(method: MethodRecord): Pick<MfaHandler, 'proofSchema'> {
    return this.registry.has(method.handler)
      ? this.registry.forMethod(method)
      : { proofSchema: CodeProof };
  }

  private async movePrimary({ method }: OwnMethod, transaction: Transaction): Promise<MfaEvent[]> {
    const isDone = await this.methods.makePrimary(method, transaction);
    if (!isDone) throw new MfaError('method_not_found');
    return [];
  }

  /** The account is locked here, so what the rules see is what stays. */
  private async deleteIn(
    { subject, method }: OwnMethod,
    { isProven, expected, occasion }: DeletionAttempt,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const methods = await this.methods.list(subject.id, transaction);
    const present = methods.find(({ id }) => id === method.id);
    if (present === undefined)
      throw new MfaError('method_not_found', { detail: 'Method does not exist' });
    if (!expected(present)) throw new MfaError('unavailable');
    this.checkDeletion(present, methods);
    if (!isProven && takesProofToRemove(present, this.options)) throw missing('code');
    await this.methods.delete(present, transaction);
    if (isLastActive(present, methods)) return this.log.revokeBackupCodes(occasion, transaction);
    // Without any method, nothing but a set-up could make codes live; and that makes codes of its own.
    return methods.length === 1 ? this.log.discardBackupCodes(occasion, transaction) : [];
  }

  private checkDeletion(method: MethodRecord, methods: readonly MethodRecord[]): void {
    const refusal = deletionRefusal(method, methods, this.options);
    if (refusal !== null) throw new MfaError(refusal);
  }
}
