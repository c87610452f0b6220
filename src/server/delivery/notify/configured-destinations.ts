import { NotifyDestinations } from '../../../mfa/handlers/notify/index.js';
import { type ConfiguredDestination, type DestinationCarrier } from './destination-carrier.js';

/** The destinations of one factor of type `notify`. */
export class ConfiguredDestinations extends NotifyDestinations {
  constructor(
    private readonly all: readonly ConfiguredDestination[],
    private readonly carrier: DestinationCarrier,
  ) {
    super();
  }

  list(): readonly ConfiguredDestination[] {
    return this.all;
  }

  async deliver(id: string, text: string): Promise<void> {
    const destination = this.all.find((known) => known.id === id);
    if (destination === undefined) throw new Error('There is no such destination.');
    await this.carrier.carry(destination, text);
  }
}
