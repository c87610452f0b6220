import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { MfaEventListener } from '../ports/ports.js';

/** The name under which an event of a type is emitted. */
export type MfaEventName<Type extends MfaEventType = MfaEventType> = `mfa.${Type}`;

/** What `@nestjs/event-emitter` provides as `EventEmitter2`, as far as it is needed here. */
export interface Emitter {
  emitAsync(name: string, event: MfaEvent): Promise<unknown>;
}

/** For `@OnEvent(mfaEventName('method_activated'))`: a misspelt type does not compile. */
export function mfaEventName<const Type extends MfaEventType>(type: Type): MfaEventName<Type> {
  return `mfa.${type}`;
}

/**
 * Passes every event on to the emitter of `@nestjs/event-emitter`, in the process that made it and
 * after its commit. Who must not miss one is an `EventConsumer` instead.
 */
export class EventEmitterListener extends MfaEventListener {
  constructor(private readonly emitter: Emitter) {
    super();
  }

  async onEvent(event: MfaEvent): Promise<void> {
    // Waited for, so that a listener that fails later is one that fails, and not the process.
    await this.emitter.emitAsync(mfaEventName(event.type), event);
  }
}
