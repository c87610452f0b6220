import { Injectable, Logger } from '@nestjs/common';
import { nameOf } from './errors.js';
import { type MfaHandler } from './handler.js';
import { type MethodRecord } from './stores.js';

/** States that are no longer stored. */
export type StoredStates = Pick<MethodRecord, 'authenticators' | 'payloadVersion'>;

/** Tells handlers of what is gone, so that they can let go of what they hold elsewhere. */
@Injectable()
export class Disposal {
  private readonly logger = new Logger(Disposal.name);

  /** To be called after the commit: what is gone is gone, whatever its handler makes of it. */
  async dispose(
    handler: MfaHandler,
    subjectId: string,
    { authenticators, payloadVersion }: StoredStates,
  ): Promise<void> {
    for (const { payload } of authenticators) {
      try {
        const state = handler.parseState(payload, payloadVersion);
        await handler.dispose?.({ subjectId, state });
      } catch (error) {
        this.logger.error(`${handler.name} did not dispose of a method: ${nameOf(error)}`);
      }
    }
  }
}
