import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import { type LoggedChange, removedBy } from './changes.js';
import { type MfaHandler } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type MethodRecord } from '../ports/stores.js';

/** States that are not stored any more. */
export type StoredStates = Pick<MethodRecord, 'authenticators' | 'stateVersion'>;

/** Tells handlers which states are gone, so that they can release what they hold elsewhere. */
@Injectable()
export class Disposal {
  private readonly logger = new Logger(Disposal.name);

  constructor(private readonly registry: HandlerRegistry) {}

  /** Disposes of what a change removed, once it cannot come back. The handler may be gone too. */
  async disposeOfChange(change: LoggedChange): Promise<void> {
    const { method, subjectId } = change;
    if (method === null || !this.registry.has(method.handler)) return;
    const { stateVersion } = method;
    const gone = { authenticators: removedBy(change, method), stateVersion };
    await this.dispose(this.registry.get(method.handler), subjectId, gone);
  }

  /** Call it after the commit. A handler that fails is logged: the states are gone all the same. */
  async dispose(
    handler: MfaHandler,
    subjectId: string,
    { authenticators, stateVersion }: StoredStates,
  ): Promise<void> {
    for (const { state: stored } of authenticators) {
      try {
        const state = handler.parseState(stored, stateVersion);
        await handler.dispose?.({ subjectId, state });
      } catch (error) {
        this.logger.error(`${handler.name} did not dispose of a method: ${reasonOf(error)}`);
      }
    }
  }
}
