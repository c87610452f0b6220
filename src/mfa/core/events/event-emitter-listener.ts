import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { MfaEventListener } from '../ports/ports.js';

/** The name under which an event of a type is emitted. */
export type MfaEventName<Type extends MfaEventType = MfaEventType> = `mfa.${Type}`;

/** The part of `EventEmitter2` of `@nestjs/event-emitter` that the listener uses. */
export interface Emitter {
  emitAsync(name: string, event: MfaEvent): Promise<unknown>;
}

/** For `@OnEvent(mfaEventName('method_activated'))`: the compiler refuses a misspelt type. */
export function mfaEventName<const Type extends MfaEventType>(type: Type): MfaEventName<Type> {
  return `mfa.${type}`;
}

/**
 * Passes every event to the emitter of `@nestjs/event-emitter`, after its commit and in its own process.
 * A crash loses events here. A listener that must miss none is an `EventConsumer` instead.
 */
export class EventEmitterListener extends MfaEventListener {
  constructor(private readonly emitter: Emitter) {
    super();
  }

  async onEvent(event: MfaEvent): Promise<void> {
    // Awaited, so that a late rejection is logged and does not end the process.
    await this.emitter.emitAsync(mfaEventName(event.type), event);
  }
}
