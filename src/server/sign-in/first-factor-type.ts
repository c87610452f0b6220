import { type z } from 'zod';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { readEntryOptions } from '../config/values/read-entry-options.js';
import { type ServerConfig } from '../config/server-config.js';
import { type UsersService } from '../identity/users.service.js';
import { type FirstFactor } from './first-factor.js';
import { type SharedSecrets } from './shared-secrets.js';

/** What a first factor is given beside its options. */
export interface FirstFactorServices {
  /** Its `id` is `provider` of a login, and of the users that the factor makes. */
  readonly entry: ConfiguredEntry;
  readonly users: UsersService;
  readonly secrets: SharedSecrets;
  readonly config: ServerConfig;
}

/** One type of first factor: what its entries may say, and what they become. */
export interface FirstFactorType {
  /** Shown to people where an entry has no name of its own. */
  readonly displayName: string;
  /** What an entry has beside type, id and name. */
  readonly optionsSchema: z.ZodObject;
  /**
   * Checks the options at once; the factor is made when the services are there.
   *
   * @throws {ConfigError} with a line for each error of the options
   */
  prepare(entry: ConfiguredEntry): (services: FirstFactorServices) => FirstFactor;
}

/** First factors by the name of their type. */
export type FirstFactorTypes = Readonly<Record<string, FirstFactorType>>;

/** The type whose factors `create` makes. */
export function firstFactorType<Schema extends z.ZodObject>(
  displayName: string,
  optionsSchema: Schema,
  create: (options: z.output<Schema>, services: FirstFactorServices) => FirstFactor,
): FirstFactorType {
  return {
    displayName,
    optionsSchema,
    prepare(entry) {
      const options = readEntryOptions(optionsSchema, entry);
      return (services) => create(options, services);
    },
  };
}
