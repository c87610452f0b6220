import { type z } from 'zod';
import { type HandlerProvider } from '../../mfa/index.js';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { readEntryOptions } from '../config/values/read-entry-options.js';
import { type ServerConfig } from '../config/server-config.js';
import { type CamelCased, camelCased } from './camel-cased.js';

/** One type of second factor: the options of its entries, and the handler that they make. */
export interface FactorType {
  /** The members of an entry beside type, id and name. */
  readonly optionsSchema: z.ZodObject;
  /**
   * The reason why production refuses the type: completes "refused in production, as …". Absent: it does
   * not.
   */
  readonly refusedInProductionAs?: string;
  /** @throws {ConfigError} with a line for each error of the options */
  make(entry: ConfiguredEntry, config: ServerConfig): HandlerProvider;
}

/** The names that every handler receives beside its options. */
interface HandlerNames {
  readonly name: string;
  readonly displayName?: string;
}

/**
 * The type with the handlers of `makeHandler`.
 *
 * @param makeHandler receives the options with camel-case names, and the configuration for what the
 *   environment decides
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
