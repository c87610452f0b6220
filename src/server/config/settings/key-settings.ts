import { anyText } from '../values/formats.js';
import { jwtKeyRing, masterKey, secretKeyRing } from '../keys/key-formats.js';
import { optional } from './setting.js';

/** The variables of both key rings and of the key that wraps them. */
export const KEY_SETTINGS = [
  optional(
    'JWT_KEYS',
    'Keys of access tokens, and of mailed links that reset a password or confirm an address; the first signs; unset: made once in the data folder, which production refuses',
    jwtKeyRing,
  ),
  optional(
    'JWT_KEYS_FILE',
    'File that holds `JWT_KEYS`, read again on SIGHUP; unset: the variable',
    anyText,
  ),
  optional(
    'MFA_SECRET_KEYS',
    'Keys that seal second factors at rest and make refresh tokens, ephemeral tokens and "not me" links; the first seals; unset: as for `JWT_KEYS`',
    secretKeyRing,
  ),
  optional(
    'MFA_SECRET_KEYS_FILE',
    'File that holds `MFA_SECRET_KEYS`, read again on SIGHUP; unset: the variable',
    anyText,
  ),
  optional('MFA_MASTER_KEY', 'Key that unwraps wrapped keys; unset: none is wrapped', masterKey),
  optional('MFA_MASTER_KEY_FILE', 'File that holds `MFA_MASTER_KEY`; unset: the variable', anyText),
] as const;
