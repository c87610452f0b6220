import { type Type } from '@nestjs/common';
import { type HandlerProvider } from '../../mfa/index.js';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { readEntryOptions } from '../config/values/read-entry-options.js';
import { type ServerConfig } from '../config/server-config.js';
import { type CamelCased, camelCased } from './camel-cased.js';

/** One type of second factor: what its entries may say, and what they become. */
export interface FactorType {
  /** A class (class-validator) whose members are the keys of an entry beside type, id and name. */
  readonly optionsSchema: Type<object>;
  /** Why production refuses it: completes "refused in production, as …"; absent: it does not. */
  readonly refusedInProductionAs?: string;
  /** @throws {ConfigError} with a line for each fault of the options */
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
export function factorType<T extends object>(
  optionsSchema: Type<T>,
  makeHandler: (options: CamelCased<T> & HandlerNames, config: ServerConfig) => HandlerProvider,
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
