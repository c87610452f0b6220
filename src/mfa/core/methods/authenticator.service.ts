import { Injectable } from '@nestjs/common';
import { MfaOptions } from '../options/mfa.options.js';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { type Authenticator, holdsSeveral, isIndispensable } from '../ports/authenticators.js';
import { MfaError, problemOnly } from '../../contract/errors.js';
import { type JsonObject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type Change, MethodChanges, missing, type Target } from './method-changes.js';
import { authenticatorView, signalView } from './method-view.js';
import { MethodService } from './method.service.js';
import { takesProofToRemove } from '../ceremony/policy.js';
import { refuseForeignFields } from '../ceremony/proof-reading.js';
import { type MethodRecord, MethodStore, type Transaction } from '../ports/stores.js';

/** What was decided by what has changed since is decided anew. */
const MAX_TRIES = 3;

/** One of several authenticators, with the method that holds it. */
interface Held {
  readonly method: MethodRecord;
  readonly authenticator: Authenticator;
}

/** Renames and removes one of several authenticators of a signed-in subject. */
@Injectable()
export class AuthenticatorService {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly methodService: MethodService,
    private readonly changes: MethodChanges,
    private readonly options: MfaOptions,
  ) {}

  /**
   * Gives an authenticator another label.
   *
   * @returns the authenticator as the list of methods shows it, and what is passed on of those left
   * @throws {MfaError} `not_found`, `method_exists` when another one of its method has the label, and
   * as {@link MethodChanges.apply}
   */
  async rename(actor: Actor, id: string, label: string): Promise<JsonObject> {
    const subject = await this.actors.subjectOf(actor);
    const { method, authenticator } = await this.find(subject.id, id);
    let present = method;
    await this.changes.apply(
      { actor, subject, method },
      {
        type: 'authenticator_renamed',
        target: id,
        run: async (transaction) => {
          present = await this.renameIn(subject.id, { id, label }, transaction);
          return [];
        },
      },
    );
    const handler = this.registry.forMethod(method);
    return {
      ...signalView(handler, subject, present),
      ...authenticatorView(handler, { ...authenticator, label }, method),
    };
  }

  /**
   * Removes one authenticator; the others work on. With the last one goes the method, under the
   * rules of {@link MethodService.delete}. Its handler lets go of it as it does there.
   *
   * @param proof of the method; asked for only where that is set, and only for one that is active
   * @returns what is passed on of those left, or null
   * @throws {MfaError} `not_found`, `validation_failed`, and as {@link MethodService.delete}
   */
  async remove(
    actor: Actor,
    id: string,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.removeAsSeen(actor, id, proof);
      } catch (error) {
        if (tries === MAX_TRIES || problemOnly(error).code !== 'unavailable') throw error;
      }
    }
  }

  /** @throws {MfaError} `unavailable` when it became the last one meanwhile, or is it no longer */
  private async removeAsSeen(
    actor: Actor,
    id: string,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    const subject = await this.actors.subjectOf(actor);
    const { method } = await this.find(subject.id, id);
    if (isIndispensable(method, id)) {
      return this.methodService.deleteWith(actor, { name: method.handler, id }, proof);
    }
    return this.removeOne({ actor, subject, method }, id, proof);
  }

  private async removeOne(
    target: Target,
    id: string,
    proof: Record<string, unknown> | null,
  ): Promise<JsonObject | null> {
    const handler = this.registry.forMethod(target.method);
    const isProven = takesProofToRemove(target.method, this.options);
    let present = target.method;
    const change: Change = {
      type: 'authenticator_removed',
      target: id,
      run: async (transaction) => {
        present = await this.removeIn(target.subject.id, { id, isProven }, transaction);
        return [];
      },
    };
    if (isProven) {
      const wrongProofDetail = 'Invalid OTP code';
      const authorisation = { proof: proof ?? {}, acceptsBackupCode: true, wrongProofDetail };
      await this.changes.prove(target, authorisation, change);
    } else {
      refuseForeignFields(handler, proof ?? {});
      await this.changes.apply(target, change);
    }
    return signalView(handler, target.subject, present);
  }

  /** The account is locked here, so what is found is what stays. */
  private async renameIn(
    subjectId: string,
    { id, label }: { readonly id: string; readonly label: string },
    transaction: Transaction,
  ): Promise<MethodRecord> {
    const { method } = await this.find(subjectId, id, transaction);
    const { authenticators } = method;
    if (authenticators.some((other) => other.id !== id && other.label === label)) {
      throw new MfaError('method_exists');
    }
    const renamed = authenticators.map((one) => (one.id === id ? { ...one, label } : one));
    await this.methods.save({ ...method, authenticators: renamed }, transaction);
    return { ...method, authenticators: renamed };
  }

  /** The account is locked here, so what is found is what stays. */
  private async removeIn(
    subjectId: string,
    { id, isProven }: { readonly id: string; readonly isProven: boolean },
    transaction: Transaction,
  ): Promise<MethodRecord> {
    const { method } = await this.find(subjectId, id, transaction);
    if (isIndispensable(method, id)) throw new MfaError('unavailable');
    if (!isProven && takesProofToRemove(method, this.options)) throw missing('code');
    const authenticators = method.authenticators.filter((other) => other.id !== id);
    await this.methods.save({ ...method, authenticators }, transaction);
    return { ...method, authenticators };
  }

  /** Someone else's authenticator is one that does not exist. @throws {MfaError} `not_found` */
  private async find(subjectId: string, id: string, transaction?: Transaction): Promise<Held> {
    const methods = await this.methods.list(subjectId, transaction);
    const held = methods
      .filter(({ handler }) => this.registry.has(handler))
      .filter((method) => holdsSeveral(this.registry.forMethod(method)))
      .flatMap((method) =>
        method.authenticators.map((authenticator) => ({ method, authenticator })),
      )
      .find(({ authenticator }) => authenticator.id === id);
    if (held === undefined) throw new MfaError('not_found');
    return held;
  }
}
