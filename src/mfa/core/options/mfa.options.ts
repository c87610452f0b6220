import { errorsOfOptions, type MfaOptionValues, withDefaults } from './mfa-option.js';
import { MFA_OPTIONS } from './mfa-options.table.js';
import { errorsOfSecretKeys, type SecretKey } from './secret-key.js';

/** The options that a host may set: the keys, and the rows of {@link MFA_OPTIONS}. */
export interface MfaModuleOptions extends Partial<MfaOptionValues<typeof MFA_OPTIONS>> {
  /** The first key encrypts, all of them decrypt. At least one. `KeyRing.replace` changes them later. */
  readonly secretKeys: readonly SecretKey[];
}

// The class gives a type only: `resolveMfaOptions` makes the value that is bound to the token.
const Token: abstract new () => object = class {};
const TypedToken = Token as abstract new () => Required<MfaModuleOptions>;

/** The options in force, checked and with all defaults. The class is their DI token. */
export abstract class MfaOptions extends TypedToken {}

/** The least random bits of a look-up secret [ASVS 6.5.4]. */
const LEAST_BACKUP_CODE_BITS = 20;

/**
 * Fills in the defaults and checks the options.
 *
 * @throws {Error} with a sentence for each option that is invalid or too weak
 */
export function resolveMfaOptions(given: MfaModuleOptions): MfaOptions {
  const { secretKeys } = given;
  const options = { ...withDefaults(MFA_OPTIONS, given), secretKeys };
  const errors = [...errorsOfOptions(MFA_OPTIONS, options), ...errorsOfSecretKeys(secretKeys)];
  // The combination is checked only when its parts are valid.
  if (errors.length === 0) errors.push(...errorsOfBackupCodes(options));
  if (errors.length > 0) throw new Error(`MfaModule options: ${errors.join(' ')}`);
  return options;
}

function errorsOfBackupCodes({ backupCodeAllowedChars, backupCodeLength }: MfaOptions): string[] {
  const bits = backupCodeLength * Math.log2(backupCodeAllowedChars.length);
  if (bits >= LEAST_BACKUP_CODE_BITS) return [];
  return [
    `backupCodeLength times the bits of a character makes fewer than ${LEAST_BACKUP_CODE_BITS} random bits [ASVS 6.5.4].`,
  ];
}
