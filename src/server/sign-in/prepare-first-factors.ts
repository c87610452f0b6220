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
import { PASSKEY } from './passkey/passkey.factor.js';

/** The type of second factor whose keys may be passkeys. */
const WEBAUTHN = 'webauthn';

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
    refuseLonely(entry, config);
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

/** A passkey is enrolled as a second factor, by somebody who has signed in by another way. */
function refuseLonely({ type, path }: ConfiguredEntry, { providers, factors }: ServerConfig): void {
  if (type !== PASSKEY) return;
  const errors = [
    ...(factors.some((factor) => factor.type === WEBAUTHN)
      ? []
      : [`${path}: passkeys need a second factor of type "${WEBAUTHN}": configure one.`]),
    ...(providers.some((provider) => provider.type !== PASSKEY)
      ? []
      : [`${path}: nobody can enrol a first passkey: configure another way to sign in beside it.`]),
    ...(providers.filter((provider) => provider.type === PASSKEY).length === 1
      ? []
      : [`${path}: one way to sign in by passkeys is enough: remove the other.`]),
  ];
  if (errors.length > 0) throw new ConfigError(errors);
}

function typeOf({ type, path }: ConfiguredEntry, types: FirstFactorTypes): FirstFactorType {
  const found = Object.hasOwn(types, type) ? types[type] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(types).join(', ');
  throw new ConfigError([
    `${path}: there is no way to sign in of type "${type}": choose among ${known}.`,
  ]);
}
