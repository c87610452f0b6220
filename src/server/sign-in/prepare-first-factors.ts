import { type MfaAccounts } from '../../mfa/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { gatherErrors } from '../config/values/gather-errors.js';
import { type ServerConfig } from '../config/server-config.js';
import {
  type FirstFactorServices,
  type FirstFactorType,
  type FirstFactorTypes,
} from './first-factor-type.js';
import { FirstFactors } from './first-factors.js';

/** The services that all entries share. */
type FactorServices = Pick<FirstFactorServices, 'users' | 'secrets'>;

/**
 * Checks all configured ways to sign in.
 *
 * @returns makes the first factors, once the services exist
 * @throws {ConfigError} with a line for each unknown type and each error of the options
 */
export function prepareFirstFactors(
  config: ServerConfig,
  types: FirstFactorTypes,
): (services: FactorServices, accounts: MfaAccounts) => FirstFactors {
  const prepared = gatherErrors(config.providers, (entry) => {
    const type = typeOf(entry, types);
    const create = type.prepare(entry);
    return (services: FactorServices) => ({
      type: entry.type,
      id: entry.id,
      name: entry.name ?? type.displayName,
      factor: create({ ...services, entry, config }),
    });
  });
  return (services, accounts) => {
    const factors = prepared.map((create) => create(services));
    return new FirstFactors(factors, accounts);
  };
}

function typeOf({ type, path }: ConfiguredEntry, types: FirstFactorTypes): FirstFactorType {
  const found = Object.hasOwn(types, type) ? types[type] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(types).join(', ');
  throw new ConfigError([
    `${path}: there is no way to sign in of type "${type}": choose among ${known}.`,
  ]);
}
