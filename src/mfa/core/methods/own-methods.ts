import { Injectable } from '@nestjs/common';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { MfaError } from '../../contract/errors.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type Authenticator, holdsSeveral } from '../ports/authenticators.js';
import { type MethodRecord, MethodStore } from '../ports/stores.js';
import { type Target } from './method-changes.js';

/** A method that is to change, with all methods of its owner. */
export interface OwnMethod extends Target {
  readonly methods: readonly MethodRecord[];
}

/** One of several authenticators, with the method that holds it. */
export interface Held {
  readonly method: MethodRecord;
  readonly authenticator: Authenticator;
}

/** Finds methods and authenticators of a signed-in subject. Those of others are reported as missing. */
@Injectable()
export class OwnMethods {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
  ) {}

  /**
   * @param missing `detail` of `method_not_found`; absent: the usual one
   * @throws {MfaError} `method_unknown` or `method_not_found`
   */
  async method(actor: Actor, handler: string, missing?: string): Promise<OwnMethod> {
    this.registry.get(handler);
    const subject = await this.actors.subjectOf(actor);
    const methods = await this.methods.list(subject.id);
    const method = methods.find((one) => one.handler === handler);
    if (method === undefined) {
      throw new MfaError('method_not_found', missing === undefined ? {} : { detail: missing });
    }
    return { actor, subject, method, methods };
  }

  /** @throws {MfaError} `not_found` */
  async authenticator(actor: Actor, id: string): Promise<OwnMethod & Held> {
    const subject = await this.actors.subjectOf(actor);
    const methods = await this.methods.list(subject.id);
    return { actor, subject, methods, ...this.holding(methods, id) };
  }

  /** Finds an authenticator among the methods of one subject. @throws {MfaError} `not_found` */
  holding(methods: readonly MethodRecord[], id: string): Held {
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
