import { type FirstFactorTypes, firstFactorType } from './sign-in/first-factor-type.js';
import { LocalFactor } from './sign-in/local/local.factor.js';
import { LOCAL } from './identity/local.type.js';
import { SharedPasswordFactor } from './sign-in/shared-password/shared-password.factor.js';
import { SharedPasswordOptions } from './sign-in/shared-password/shared-password.options.js';
import { TrustedNetworksFactor } from './sign-in/trusted-networks/trusted-networks.factor.js';
import { TrustedNetworksOptions } from './sign-in/trusted-networks/trusted-networks.options.js';

/** A first factor of type `local` has no options: the limits of passwords are settings. */
class LocalOptions {}

/** All types of first factors of this server. */
export const FIRST_FACTOR_TYPES: FirstFactorTypes = {
  [LOCAL]: firstFactorType('Password', LocalOptions, (_, { users }) => new LocalFactor(users)),
  shared_password: firstFactorType(
    'Shared password',
    SharedPasswordOptions,
    (options, services) => new SharedPasswordFactor(options, services),
  ),
  trusted_networks: firstFactorType(
    'Trusted network',
    TrustedNetworksOptions,
    (options, services) => new TrustedNetworksFactor(options, services),
  ),
};
