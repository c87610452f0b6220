import { Inject, Injectable } from '@nestjs/common';
import { BACKUP_CODE } from '../ports/attempts.js';
import { MfaError } from '../../contract/errors.js';
import { type MfaHandler } from '../../contract/handler.js';
import { PASSWORD } from '../ports/password-fields.js';

/** DI token of the list of handlers, in configured order. */
export const MFA_HANDLERS = Symbol('MFA_HANDLERS');

const NAME_FORM = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LONGEST_NAME = 32;

/** The handlers by name, in configured order. */
@Injectable()
export class HandlerRegistry {
  private readonly handlers: ReadonlyMap<string, MfaHandler>;

  /** @throws {Error} when a name is not lower snake case, is used twice, or is reserved */
  constructor(@Inject(MFA_HANDLERS) handlers: readonly MfaHandler[]) {
    this.handlers = new Map(handlers.map((handler) => [handler.name, handler]));
    const badName = handlers.find(({ name }) => !isHandlerName(name));
    if (badName !== undefined) {
      throw new Error(
        `The MFA handler name "${String(badName.name)}" is not lower snake case of at most ${LONGEST_NAME} characters: rename the handler.`,
      );
    }
    if (this.handlers.has(PASSWORD)) {
      throw new Error(
        `No MFA handler may be called "${PASSWORD}": a step-up asks for the password by that name.`,
      );
    }
    if (this.handlers.has(BACKUP_CODE)) {
      throw new Error(
        `No MFA handler may be called "${BACKUP_CODE}": guesses at backup codes are counted by that name.`,
      );
    }
    const mute = handlers.find((handler) => handler.requiresDispatch && !handler.challenge);
    if (mute !== undefined) {
      throw new Error(
        `The MFA handler "${mute.name}" requires dispatch and has no challenge() that sends: add it.`,
      );
    }
    const names = handlers.map(({ name }) => name);
    const double = names.find((name, index) => names.indexOf(name) !== index);
    if (double !== undefined) {
      throw new Error(
        `Two MFA handlers are called "${double}": give one of them another name in its options.`,
      );
    }
  }

  /** Names in configured order. */
  names(): string[] {
    return [...this.handlers.keys()];
  }

  /** Handlers in configured order. */
  all(): readonly MfaHandler[] {
    return [...this.handlers.values()];
  }

  has(name: string): boolean {
    return this.handlers.has(name);
  }

  /** @throws {MfaError} `method_unknown` when no handler has this name */
  get(name: string): MfaHandler {
    const handler = this.handlers.get(name);
    if (handler === undefined) {
      throw new MfaError('method_unknown', { detail: `"${name}" is not a valid choice.` });
    }
    return handler;
  }

  /** The handler of a stored method. @throws {MfaError} `method_unknown` when it is not registered */
  forMethod(method: { readonly handler: string }): MfaHandler {
    return this.get(method.handler);
  }
}

function isHandlerName(name: unknown): boolean {
  return typeof name === 'string' && name.length <= LONGEST_NAME && NAME_FORM.test(name);
}
