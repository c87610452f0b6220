import { errorsOfOptions, type MfaOptionValues, withDefaults } from './mfa-option.js';
import { MFA_OPTIONS } from './mfa-options.table.js';
import { errorsOfSecretKeys, type SecretKey } from './secret-key.js';

/** What a host may set: the keys, and whatever {@link MFA_OPTIONS} has a row for. */
export interface MfaModuleOptions extends Partial<MfaOptionValues<typeof MFA_OPTIONS>> {
  /** The first key seals, all of them open. At least one. `KeyRing.replace` changes them later. */
  readonly secretKeys: readonly SecretKey[];
}

// The members are known by their type alone: `resolveMfaOptions` makes what is bound to the token.
const Token: abstract new () => object = class {};
const TypedToken = Token as abstract new () => Required<MfaModuleOptions>;

/** The options in force: checked, with every default filled in. Also the DI token of them. */
export abstract class MfaOptions extends TypedToken {}

/** A look-up secret needs at least this many random bits [ASVS 6.5.4]. */
const LEAST_BACKUP_CODE_BITS = 20;

/**
 * Fills in the defaults and refuses what is weak or contradictory.
 *
 * @throws {Error} with one line for each error, naming the option and what it takes
 */
export function resolveMfaOptions(given: MfaModuleOptions): MfaOptions {
  const { secretKeys } = given;
  const options = { ...withDefaults(MFA_OPTIONS, given), secretKeys };
  const errors = [...errorsOfOptions(MFA_OPTIONS, options), ...errorsOfSecretKeys(secretKeys)];
  // A sum of options that are wrong themselves says nothing.
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
