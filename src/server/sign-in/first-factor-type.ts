import { type z } from 'zod';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { readEntryOptions } from '../config/values/read-entry-options.js';
import { type ServerConfig } from '../config/server-config.js';
import { type UsersService } from '../identity/users.service.js';
import { type FirstFactor } from './first-factor.js';
import { type SharedSecrets } from './shared-secrets.js';

/** The dependencies of a first factor, beside its options. */
export interface FirstFactorServices {
  /** Its `id` is the `provider` of a login, and of users that the factor creates. */
  readonly entry: ConfiguredEntry;
  readonly users: UsersService;
  readonly secrets: SharedSecrets;
  readonly config: ServerConfig;
}

/** One type of first factor: the options of its entries, and the factor that they make. */
export interface FirstFactorType {
  /** The name for people, unless the entry has one. */
  readonly displayName: string;
  /** The members of an entry beside type, id and name. */
  readonly optionsSchema: z.ZodObject;
  /**
   * Checks the options at once. The factor is made later, with the services.
   *
   * @throws {ConfigError} with a line for each error of the options
   */
  prepare(entry: ConfiguredEntry): (services: FirstFactorServices) => FirstFactor;
}

/** Types of first factors, by name. */
export type FirstFactorTypes = Readonly<Record<string, FirstFactorType>>;

/** The type with the first factors of `create`. */
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
