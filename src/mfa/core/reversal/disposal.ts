import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import { type LoggedChange, removedBy } from './changes.js';
import { type MfaHandler } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type MethodRecord } from '../ports/stores.js';

/** States that are no longer stored. */
export type StoredStates = Pick<MethodRecord, 'authenticators' | 'stateVersion'>;

/** Tells handlers of what is gone, so that they can let go of what they hold elsewhere. */
@Injectable()
export class Disposal {
  private readonly logger = new Logger(Disposal.name);

  constructor(private readonly registry: HandlerRegistry) {}

  /** What a change removed, which can no longer come back; its handler may be gone too. */
  async disposeOfChange(change: LoggedChange): Promise<void> {
    const { method, subjectId } = change;
    if (method === null || !this.registry.has(method.handler)) return;
    const { stateVersion } = method;
    const gone = { authenticators: removedBy(change, method), stateVersion };
    await this.dispose(this.registry.get(method.handler), subjectId, gone);
  }

  /** To be called after the commit: what is gone is gone, whatever its handler makes of it. */
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
