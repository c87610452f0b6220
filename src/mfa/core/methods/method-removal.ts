import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { MfaError, problemOnly } from '../../contract/errors.js';
import { type JsonObject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { deletionRefusal, isLastActive, takesProofToRemove } from '../ceremony/policy.js';
import { refuseForeignFields } from '../ceremony/proof-reading.js';
import { MfaOptions } from '../options/mfa.options.js';
import { isIndispensable } from '../ports/authenticators.js';
import { type MethodRecord, MethodStore, type Transaction } from '../ports/stores.js';
import { ChangeLog, type ChangeOccasion } from '../reversal/change-log.js';
import { type Change, type ChangeOutcome, MethodChanges, missing } from './method-changes.js';
import { signalView } from './method-view.js';
import { type OwnMethod, OwnMethods } from './own-methods.js';

const NOT_SET_UP = 'Method does not exist';

/** A removal that loses a race is decided anew: one of several authenticators may be the last by now. */
const MAX_TRIES = 3;

/** The account, while it is locked. */
interface Locked {
  readonly methods: readonly MethodRecord[];
  readonly occasion: ChangeOccasion;
  readonly transaction: Transaction;
}

/** A removal of a method, or of one of several authenticators. */
interface Removal extends Pick<Change<unknown>, 'type' | 'target'> {
  /** Finds the method again, among those of the locked account. @throws {MfaError} if it may not go now */
  readonly find: (methods: readonly MethodRecord[]) => MethodRecord;
  /** @returns the method as it stays; null when all of it goes */
  readonly run: (
    present: MethodRecord,
    locked: Locked,
  ) => Promise<ChangeOutcome<MethodRecord | null>>;
}

/** Removes methods and authenticators of a signed-in subject. */
@Injectable()
export class MethodRemoval {
  constructor(
    private readonly own: OwnMethods,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly changes: MethodChanges,
    private readonly log: ChangeLog,
    private readonly options: MfaOptions,
  ) {}

  /**
   * Removes a method. The backup codes die with the last active one. The handler disposes of the state
   * once the removal can no longer be reversed.
   *
   * @param proof of an active method; required only if the options say so
   * @returns as {@link signalView}
   * @throws {MfaError} `method_unknown`, `method_not_found`, `delete_active_forbidden`,
   * `delete_primary_forbidden`, `delete_last_forbidden`, `validation_failed`, and as
   * {@link MethodChanges.apply} and {@link MethodCeremony.prove}
   */
  async method(
    actor: Actor,
    handler: string,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    const own = await this.own.method(actor, handler, NOT_SET_UP);
    return this.remove(
      own,
      this.removalOf(own, () => true),
      proof,
    );
  }

  /**
   * Removes one authenticator. The others keep working. The last one takes its method with it, under the
   * rules of {@link method}.
   *
   * @param proof as in {@link method}
   * @returns as {@link signalView}, of the authenticators that are left
   * @throws {MfaError} `not_found`, `unavailable` when it loses every race, and as {@link method}
   */
  async authenticator(
    actor: Actor,
    id: string,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    for (let tries = 1; ; tries++) {
      try {
        const own = await this.own.authenticator(actor, id);
        const isLast = (method: MethodRecord) => isIndispensable(method, id);
        const removal = isLast(own.method) ? this.removalOf(own, isLast) : this.removalOfOne(id);
        return await this.remove(own, removal, proof);
      } catch (error) {
        if (tries === MAX_TRIES || problemOnly(error).code !== 'unavailable') throw error;
      }
    }
  }

  private async remove(
    own: OwnMethod,
    { find, run, ...told }: Removal,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    const { subject, method } = own;
    const handler = this.registry.forMethod(method);
    const isProven = takesProofToRemove(method, this.options);
    const change: Change<MethodRecord | null> = {
      ...told,
      run: async (transaction, occasion) => {
        const methods = await this.methods.list(subject.id, transaction);
        const present = find(methods);
        if (!isProven && takesProofToRemove(present, this.options)) throw missing('code');
        return run(present, { methods, occasion, transaction });
      },
    };
    if (!isProven) {
      refuseForeignFields(handler, proof ?? {});
      return signalView(handler, subject, await this.changes.apply(own, change));
    }
    const wrongProofDetail = 'Invalid OTP code';
    const authorisation = { proof: proof ?? {}, acceptsBackupCode: true, wrongProofDetail };
    return signalView(handler, subject, await this.changes.prove(own, authorisation, change));
  }

  /**
   * The removal of a whole method.
   *
   * @param expected whether the locked method is still the one that the request was decided by
   * @throws {MfaError} when the rules forbid it
   */
  private removalOf(
    { method, methods: known }: OwnMethod,
    expected: (method: MethodRecord) => boolean,
  ): Removal {
    this.checkDeletion(method, known);
    return {
      type: 'method_deleted',
      target: method.id,
      find: (methods) => {
        const present = methods.find(({ id }) => id === method.id);
        if (present === undefined) throw new MfaError('method_not_found', { detail: NOT_SET_UP });
        if (!expected(present)) throw new MfaError('unavailable');
        this.checkDeletion(present, methods);
        return present;
      },
      run: async (present, locked) => {
        await this.methods.delete(present, locked.transaction);
        return { events: await this.endBackupCodes(present, locked), result: null };
      },
    };
  }

  /** The removal of one authenticator of several. */
  private removalOfOne(id: string): Removal {
    return {
      type: 'authenticator_removed',
      target: id,
      find: (methods) => {
        const { method } = this.own.holding(methods, id);
        if (isIndispensable(method, id)) throw new MfaError('unavailable');
        return method;
      },
      run: async (method, { transaction }) => {
        const authenticators = method.authenticators.filter((other) => other.id !== id);
        const left = { ...method, authenticators };
        await this.methods.save(left, transaction);
        return { events: [], result: left };
      },
    };
  }

  private async endBackupCodes(method: MethodRecord, { methods, occasion, transaction }: Locked) {
    if (isLastActive(method, methods)) return this.log.revokeBackupCodes(occasion, transaction);
    // Without a method only a new set-up could make the codes live, and that draws a new set.
    return methods.length === 1 ? this.log.discardBackupCodes(occasion, transaction) : [];
  }

  private checkDeletion(method: MethodRecord, methods: readonly MethodRecord[]): void {
    const refusal = deletionRefusal(method, methods, this.options);
    if (refusal !== null) throw new MfaError(refusal);
  }
}
