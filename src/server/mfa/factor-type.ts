import { type z } from 'zod';
import { type HandlerProvider } from '../../mfa/index.js';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { readEntryOptions } from '../config/values/read-entry-options.js';
import { type ServerConfig } from '../config/server-config.js';
import { type CamelCased, camelCased } from './camel-cased.js';

/** One type of second factor: what its entries may say, and what they become. */
export interface FactorType {
  /** What an entry has beside type, id and name. */
  readonly optionsSchema: z.ZodObject;
  /** Why production refuses it: completes "refused in production, as …"; absent: it does not. */
  readonly refusedInProductionAs?: string;
  /** @throws {ConfigError} with a line for each error of the options */
  make(entry: ConfiguredEntry, config: ServerConfig): HandlerProvider;
}

/** What every handler is told beside its options. */
interface HandlerNames {
  readonly name: string;
  readonly displayName?: string;
}

/**
 * The type whose handlers `makeHandler` makes.
 *
 * @param makeHandler is given the options with their keys in camel case, and the configuration for
 *   what the environment decides
 */
export function factorType<Schema extends z.ZodObject>(
  optionsSchema: Schema,
  makeHandler: (
    options: CamelCased<z.output<Schema>> & HandlerNames,
    config: ServerConfig,
  ) => HandlerProvider,
): FactorType {
  return {
    optionsSchema,
    make(entry, config) {
      const options = camelCased(readEntryOptions(optionsSchema, entry));
      const { id: name, name: displayName } = entry;
      const names = { name, ...(displayName !== undefined && { displayName }) };
      return makeHandler({ ...options, ...names }, config);
    },
  };
}
