import { Injectable } from '@nestjs/common';
import { CodeProof } from '../../contract/code-proof.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { MfaError } from '../../contract/errors.js';
import { type JsonObject, type MfaHandler } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type Change, MethodChanges, missing } from './method-changes.js';
import { authenticatorView, type MethodView, methodView, signalView } from './method-view.js';
import { OwnMethods } from './own-methods.js';
import { refuseForeignFields, takesCode } from '../ceremony/proof-reading.js';
import { type MethodRecord, MethodStore, type Transaction } from '../ports/stores.js';

/** The outcome of a change without further events or a result. */
const NOTHING_MORE = { events: [], result: undefined };

/** The label of an authenticator. */
interface Label {
  readonly id: string;
  readonly label: string;
}

/** Lists the methods of a signed-in subject, and changes those that are set up. */
@Injectable()
export class MethodService {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly own: OwnMethods,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly changes: MethodChanges,
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
   * Makes an active method the primary one, which a login asks for first. Does nothing when it is already.
   *
   * @param proof of the present primary method; required only if the options say so
   * @throws {MfaError} `method_unknown`, `method_not_found`, `validation_failed`, and as
   * {@link MethodChanges.apply} and {@link MethodCeremony.prove}
   */
  async makePrimary(
    actor: Actor,
    handler: string,
    proof: Record<string, unknown> | null,
  ): Promise<void> {
    const target = await this.own.method(actor, handler);
    if (!target.method.isActive) throw new MfaError('method_not_found');
    const primary = target.methods.find((method) => method.isPrimary);
    const asked = this.askedHandler(primary ?? target.method);
    refuseForeignFields(asked, proof ?? {});
    if (target.method.isPrimary) return;
    const change: Change<void> = {
      type: 'primary_changed',
      target: primary?.id,
      targetIn: (methods) => methods.find(({ isPrimary }) => isPrimary)?.id,
      run: async (transaction) => {
        const isDone = await this.methods.makePrimary(target.method, transaction);
        if (!isDone) throw new MfaError('method_not_found');
        return NOTHING_MORE;
      },
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
   * Deactivates a method by its own proof. The method stays set up.
   *
   * @throws {MfaError} `method_unknown`, `method_not_found`, `method_is_primary`, and as
   * {@link MethodCeremony.prove}
   */
  async deactivate(actor: Actor, handler: string, proof: Record<string, unknown>): Promise<void> {
    const target = await this.own.method(actor, handler);
    if (!target.method.isActive) throw new MfaError('method_not_found');
    if (target.method.isPrimary) throw new MfaError('method_is_primary');
    await this.changes.prove(
      target,
      { proof, acceptsBackupCode: false, wrongProofDetail: 'Invalid OTP code' },
      {
        type: 'method_deactivated',
        target: target.method.id,
        run: async (transaction) => {
          const isDone = await this.methods.deactivate(target.method, transaction);
          if (!isDone) throw new MfaError('method_is_primary');
          return NOTHING_MORE;
        },
      },
    );
  }

  /**
   * Renames one of several authenticators.
   *
   * @returns the authenticator as in the list of methods, with the members of {@link signalView}
   * @throws {MfaError} `not_found`, `method_exists` when another authenticator of the method has the label,
   * and as {@link MethodChanges.apply}
   */
  async renameAuthenticator(actor: Actor, id: string, label: string): Promise<JsonObject> {
    const own = await this.own.authenticator(actor, id);
    const { subject, method, authenticator } = own;
    const present = await this.changes.apply(own, {
      type: 'authenticator_renamed',
      target: id,
      run: async (transaction) => ({
        events: [],
        result: await this.rename(subject.id, { id, label }, transaction),
      }),
    });
    const handler = this.registry.forMethod(method);
    return {
      ...signalView(handler, subject, present),
      ...authenticatorView(handler, { ...authenticator, label }, method),
    };
  }

  /** Only a backup code proves a method whose handler is not registered any more. */
  private askedHandler(method: MethodRecord): Pick<MfaHandler, 'proofSchema'> {
    return this.registry.has(method.handler)
      ? this.registry.forMethod(method)
      : { proofSchema: CodeProof };
  }

  /** Reads the method anew, because it may have changed before the account was locked. */
  private async rename(
    subjectId: string,
    { id, label }: Label,
    transaction: Transaction,
  ): Promise<MethodRecord> {
    const { method } = this.own.holding(await this.methods.list(subjectId, transaction), id);
    const { authenticators } = method;
    if (authenticators.some((other) => other.id !== id && other.label === label)) {
      throw new MfaError('method_exists');
    }
    const renamed = authenticators.map((one) => (one.id === id ? { ...one, label } : one));
    await this.methods.save({ ...method, authenticators: renamed }, transaction);
    return { ...method, authenticators: renamed };
  }
}
