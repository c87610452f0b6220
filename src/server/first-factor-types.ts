import { optionsSchema } from './config/values/read-entry-options.js';
import { type FirstFactorTypes, firstFactorType } from './sign-in/first-factor-type.js';
import { LocalFactor } from './sign-in/local/local.factor.js';
import { LOCAL } from './identity/local.type.js';
import { PASSKEY, PasskeyFactor } from './sign-in/passkey/passkey.factor.js';
import { SharedPasswordFactor } from './sign-in/shared-password/shared-password.factor.js';
import { sharedPasswordOptions } from './sign-in/shared-password/shared-password.options.js';
import { TrustedNetworksFactor } from './sign-in/trusted-networks/trusted-networks.factor.js';
import { trustedNetworksOptions } from './sign-in/trusted-networks/trusted-networks.options.js';

/** All types of first factors of this server. */
export const FIRST_FACTOR_TYPES: FirstFactorTypes = {
  // No options: the limits of passwords are settings.
  [LOCAL]: firstFactorType('Password', optionsSchema({}), (_, { users }) => new LocalFactor(users)),
  [PASSKEY]: firstFactorType('Passkey', optionsSchema({}), () => new PasskeyFactor()),
  shared_password: firstFactorType(
    'Shared password',
    sharedPasswordOptions,
    (options, services) => new SharedPasswordFactor(options, services),
  ),
  trusted_networks: firstFactorType(
    'Trusted network',
    trustedNetworksOptions,
    (options, services) => new TrustedNetworksFactor(options, services),
  ),
};
