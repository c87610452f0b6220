import { faultsOfSecretKeys, type SecretKey } from './secret-key.js';

/** What a host may set. Everything but the keys has a default. */
export interface MfaModuleOptions {
  /** The first key seals, all of them open. At least one. `KeyRing.replace` changes them later. */
  readonly secretKeys: readonly SecretKey[];
  /** The issuer that authenticator apps show. Default `MyApplication`. */
  readonly applicationName?: string;
  /** Length of a TOTP step in seconds, 15 to 60. Default 30 [RFC 6238 §5.2]. */
  readonly totpDefaultIntervalSeconds?: number;
  /** Steps before and after the present one that are accepted, 0 to 2. Default 1 [RFC 6238 §6]. */
  readonly totpDefaultValidWindowSteps?: number;
  /** Codes in a set, 1 to 20. Default 5. */
  readonly numOfBackupCodes?: number;
  /** Characters of a backup code, 6 to 64. Default 12. */
  readonly backupCodeLength?: number;
  /** Characters that backup codes are made of. Default: Crockford's base 32. */
  readonly backupCodeAllowedChars?: string;
  /** Only true is accepted: backup codes are stored as slow hashes [ASVS 6.5.2]. */
  readonly backupCodeSecureHash?: boolean;
  /** bcrypt cost of a backup code, 4 to 15. Default 10. */
  readonly backupCodeHashCost?: number;
  /** How long a challenge stays open, in seconds, 60 to 3600. Default 900. */
  readonly ephemeralTokenExpirySeconds?: number;
  /** How old a proof may be by which factors are changed, in seconds, 60 to 86400. Default 900. */
  readonly stepUpMaxAgeSeconds?: number;
  /** Refuses to delete an active method. Default false. */
  readonly preventDeleteActiveMethod?: boolean;
  /** Refuses to delete the primary method. Default false. */
  readonly preventDeletePrimaryMethod?: boolean;
  /** Refuses to delete the last active method. Default false. */
  readonly preventDeleteLastMethod?: boolean;
  /** Deleting an active method asks for a code of it. Default false. */
  readonly deleteActiveMethodRequireCode?: boolean;
  /** Changing the primary method asks for a code of the present one. Default false. */
  readonly updatePrimaryMethodRequiredPrimaryCode?: boolean;
  /** Wrong proofs that end a challenge, 1 to 20. Default 5. */
  readonly maxAttemptsPerChallenge?: number;
  /** Consecutive wrong proofs that lock a method, 1 to 50. Default 10. */
  readonly maxFailuresPerMethod?: number;
  /** Consecutive wrong proofs, over all methods, that lock the account, 1 to 100. Default 20. */
  readonly maxFailuresPerAccount?: number;
  /** Consecutive wrong proofs of one factor in a session that lock and end it, 1 to 50. Default 10. */
  readonly maxFailuresPerSession?: number;
  /** Length of the first lock in seconds, 60 to 86400; each further one is twice as long. Default 900. */
  readonly lockSeconds?: number;
  /** Seconds between two codes for one subject and purpose, 0 to 600. Default 30. */
  readonly sendCooldownSeconds?: number;
  /** Codes sent to one subject for one purpose in 15 minutes, 1 to 100. Default 5. */
  readonly maxSendsPerSubject?: number;
  /**
   * Codes sent to one subject at one address that it has confirmed, in an hour, 1 to 1000; sign-ins are
   * counted apart from what sessions ask for. Default 10.
   */
  readonly maxSendsPerAddress?: number;
  /**
   * Codes sent in an hour to one address that is being enrolled, over all subjects, 1 to 1000. Default
   * 5. What is sent to those who have confirmed the address is counted apart.
   */
  readonly maxEnrolmentSendsPerAddress?: number;
  /**
   * Codes for enrolments that one network has sent in an hour, over all subjects, 1 to 1000000. A network is
   * that of `networkOf`; one of `siteOf` has sixteen times as many. Default 100: an office behind one address
   * still enrols a class of people in an hour, while texts to numbers that pay their caller stay cheap.
   */
  readonly maxEnrolmentSendsPerNetwork?: number;
  /**
   * Codes for confirmed addresses that one network, counted alike, has sent in an hour, over all
   * subjects, 1 to 1000000; two sign-ins of each subject are beyond it, and two of what its sessions ask
   * for. Default 300.
   */
  readonly maxSendsPerNetwork?: number;
  /**
   * Codes of one handler sent in an hour over all, 10 to 10000000, of which enrolments, and whoever fills it
   * from one network, use four fifths at most. Default 10000: more than a million users are sent in a usual
   * hour, and a bound of what an attack costs.
   */
  readonly maxSendsPerHour?: number;
  /**
   * Seconds between two looks for events that wait to be delivered, 0 to 3600. Default 5. With 0 this
   * process delivers none unless `OutboxWorker.runOnce` is called: others do.
   */
  readonly outboxIntervalSeconds?: number;
  /**
   * How long `ChangeReversal` undoes a change, in seconds from when its owner is told of it, 3600 to
   * 2592000. Default 259200, three days.
   */
  readonly reversalSeconds?: number;
}

/** The options in force: checked, with every default filled in. Also the DI token of them. */
export abstract class MfaOptions implements Required<MfaModuleOptions> {
  abstract readonly secretKeys: readonly SecretKey[];
  abstract readonly applicationName: string;
  abstract readonly totpDefaultIntervalSeconds: number;
  abstract readonly totpDefaultValidWindowSteps: number;
  abstract readonly numOfBackupCodes: number;
  abstract readonly backupCodeLength: number;
  abstract readonly backupCodeAllowedChars: string;
  abstract readonly backupCodeSecureHash: boolean;
  abstract readonly backupCodeHashCost: number;
  abstract readonly ephemeralTokenExpirySeconds: number;
  abstract readonly stepUpMaxAgeSeconds: number;
  abstract readonly preventDeleteActiveMethod: boolean;
  abstract readonly preventDeletePrimaryMethod: boolean;
  abstract readonly preventDeleteLastMethod: boolean;
  abstract readonly deleteActiveMethodRequireCode: boolean;
  abstract readonly updatePrimaryMethodRequiredPrimaryCode: boolean;
  abstract readonly maxAttemptsPerChallenge: number;
  abstract readonly maxFailuresPerMethod: number;
  abstract readonly maxFailuresPerAccount: number;
  abstract readonly maxFailuresPerSession: number;
  abstract readonly lockSeconds: number;
  abstract readonly sendCooldownSeconds: number;
  abstract readonly maxSendsPerSubject: number;
  abstract readonly maxSendsPerAddress: number;
  abstract readonly maxEnrolmentSendsPerAddress: number;
  abstract readonly maxEnrolmentSendsPerNetwork: number;
  abstract readonly maxSendsPerNetwork: number;
  abstract readonly maxSendsPerHour: number;
  abstract readonly outboxIntervalSeconds: number;
  abstract readonly reversalSeconds: number;
}

/** Crockford's base 32: no I, L, O or U, so that no character is taken for another. */
export const CROCKFORD_BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const DEFAULTS: Omit<Required<MfaModuleOptions>, 'secretKeys'> = {
  applicationName: 'MyApplication',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
  numOfBackupCodes: 5,
  backupCodeLength: 12,
  backupCodeAllowedChars: CROCKFORD_BASE32,
  backupCodeSecureHash: true,
  backupCodeHashCost: 10,
  ephemeralTokenExpirySeconds: 900,
  stepUpMaxAgeSeconds: 900,
  preventDeleteActiveMethod: false,
  preventDeletePrimaryMethod: false,
  preventDeleteLastMethod: false,
  deleteActiveMethodRequireCode: false,
  updatePrimaryMethodRequiredPrimaryCode: false,
  maxAttemptsPerChallenge: 5,
  maxFailuresPerMethod: 10,
  maxFailuresPerAccount: 20,
  maxFailuresPerSession: 10,
  lockSeconds: 900,
  sendCooldownSeconds: 30,
  maxSendsPerSubject: 5,
  maxSendsPerAddress: 10,
  maxEnrolmentSendsPerAddress: 5,
  maxEnrolmentSendsPerNetwork: 100,
  maxSendsPerNetwork: 300,
  maxSendsPerHour: 10_000,
  outboxIntervalSeconds: 5,
  reversalSeconds: 3 * 86_400,
};

/** The least and the greatest value of each whole number. */
const RANGES: Readonly<Record<string, readonly [least: number, greatest: number]>> = {
  totpDefaultIntervalSeconds: [15, 60],
  totpDefaultValidWindowSteps: [0, 2],
  numOfBackupCodes: [1, 20],
  backupCodeLength: [6, 64],
  backupCodeHashCost: [4, 15],
  ephemeralTokenExpirySeconds: [60, 3600],
  stepUpMaxAgeSeconds: [60, 86_400],
  maxAttemptsPerChallenge: [1, 20],
  maxFailuresPerMethod: [1, 50],
  maxFailuresPerAccount: [1, 100],
  maxFailuresPerSession: [1, 50],
  lockSeconds: [60, 86_400],
  sendCooldownSeconds: [0, 600],
  maxSendsPerSubject: [1, 100],
  maxSendsPerAddress: [1, 1000],
  maxEnrolmentSendsPerAddress: [1, 1000],
  maxEnrolmentSendsPerNetwork: [1, 1_000_000],
  maxSendsPerNetwork: [1, 1_000_000],
  maxSendsPerHour: [10, 10_000_000],
  outboxIntervalSeconds: [0, 3600],
  reversalSeconds: [3600, 30 * 86_400],
};

/** A look-up secret needs at least this many random bits [ASVS 6.5.4]. */
const LEAST_BACKUP_CODE_BITS = 20;

/**
 * Fills in the defaults and refuses what is weak or contradictory.
 *
 * @throws {Error} with one line for each fault, naming the option and what it takes
 */
export function resolveMfaOptions(given: MfaModuleOptions): MfaOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  // Every member of `given` is optional only where DEFAULTS has it.
  const options = { ...DEFAULTS, ...Object.fromEntries(set) } as MfaOptions;
  const faults = [
    ...faultsOfNumbers(options),
    ...faultsOfSecretKeys(options.secretKeys),
    ...faultsOfCodes(options),
  ];
  if (faults.length > 0) throw new Error(`MfaModule options: ${faults.join(' ')}`);
  return options;
}

function faultsOfNumbers(options: MfaOptions): string[] {
  const values = new Map<string, unknown>(Object.entries(options));
  return Object.entries(RANGES)
    .filter(([name, [least, greatest]]) => {
      const value = Number(values.get(name));
      return !Number.isInteger(value) || value < least || value > greatest;
    })
    .map(
      ([name, [least, greatest]]) => `${name} takes a whole number from ${least} to ${greatest}.`,
    );
}

function faultsOfCodes(options: MfaOptions): string[] {
  const { backupCodeAllowedChars: alphabet, backupCodeLength } = options;
  const faults: string[] = [];
  if (!options.backupCodeSecureHash) {
    faults.push(
      'backupCodeSecureHash takes only true: a copy of the database must not be a set of keys.',
    );
  }
  if (!/^[A-Za-z0-9]{2,}$/.test(alphabet) || new Set(alphabet).size !== alphabet.length) {
    faults.push(
      'backupCodeAllowedChars takes at least two different letters or digits, each once.',
    );
  } else if (backupCodeLength * Math.log2(alphabet.length) < LEAST_BACKUP_CODE_BITS) {
    faults.push(
      `backupCodeLength times the bits of a character makes fewer than ${LEAST_BACKUP_CODE_BITS} random bits [ASVS 6.5.4].`,
    );
  }
  if (options.applicationName.trim() === '' || options.applicationName.includes(':')) {
    faults.push(
      'applicationName takes a text without a colon: a colon ends the issuer in an otpauth URI.',
    );
  }
  return faults;
}
