import { type FactoryProvider } from '@nestjs/common';
import { NotifyHandler, type NotifyHandlerOptions } from '../../../mfa/handlers/notify/index.js';
import { HandlerDefaults, RandomSource } from '../../../mfa/index.js';
import { ConfigError } from '../../config/values/config-error.js';
import {
  type ConfiguredDestination,
  DestinationCarrier,
  MAILBOX_DESTINATION,
} from './destination-carrier.js';
import { ConfiguredDestinations } from './configured-destinations.js';

/** A destination as the configuration file has it. */
interface ListedDestination {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Signs what is sent there; absent: messages are not signed. */
  readonly secret?: Buffer;
}

/** The options of one factor of type `notify`. */
export interface NotifyFactorOptions extends NotifyHandlerOptions {
  readonly name: string;
  /** Absent: the development mailbox, which production does not have. */
  readonly destinations?: readonly ListedDestination[];
}

/** A handler with destinations of its own. @throws {ConfigError} in production without destinations */
export function notifyFactor(
  { destinations, ...options }: NotifyFactorOptions,
  { isProduction }: { readonly isProduction: boolean },
): FactoryProvider<NotifyHandler> {
  if (isProduction && destinations === undefined) {
    throw new ConfigError([
      `The factor "${options.name}" has no destinations: list them in AUTH_CONFIG, each with id, name and url; production has none of its own.`,
    ]);
  }
  const all = destinations?.map(configured) ?? [MAILBOX_DESTINATION];
  return {
    provide: Symbol(`NotifyHandler ${options.name}`),
    inject: [HandlerDefaults, RandomSource, DestinationCarrier],
    useFactory: (defaults: HandlerDefaults, random: RandomSource, carrier: DestinationCarrier) =>
      new NotifyHandler(defaults, random, new ConfiguredDestinations(all, carrier), options),
  };
}

function configured({ id, name, url, secret }: ListedDestination): ConfiguredDestination {
  return { id, name, webhook: { url, secret: secret ?? null } };
}
