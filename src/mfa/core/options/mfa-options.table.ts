import {
  oneOf,
  type OptionForm,
  textLike,
  trueOrFalse,
  wholeNumber,
} from '../../contract/option-form.js';
import { option } from './mfa-option.js';

/** Crockford's base 32. Without I, L, O and U no character is mistaken for another. */
const CROCKFORD_BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const ALPHABET = /^(?!.*(.).*\1)[A-Za-z0-9]{2,}$/;

const alphabet = textLike(ALPHABET, 'at least two different letters or digits, each once');
const alphabetSetting = textLike(ALPHABET, 'at least two letters or digits, each once');

const issuer = textLike(
  /^(?=[^]*\S)[^:]+$/,
  'a text without a colon: a colon ends the issuer in an otpauth URI',
);
const issuerSetting = textLike(
  /^(?=.*\S)[^:\p{Cc}]{1,64}$/u,
  'at most 64 characters, no colon among them',
);

const isTrue = (value: unknown): value is boolean => value === true;

const onlyTrue: OptionForm<boolean> = {
  takes: 'only true: a copy of the database must not be a set of keys',
  accepts: isTrue,
};
const onlyTrueSetting: OptionForm<boolean> = {
  takes:
    'only true: backup codes are kept as slow hashes, so that a copy of the database is not a set of keys',
  accepts: isTrue,
};

/**
 * Every option of the library except the keys. A row defines an option completely: its type, default, check,
 * environment variable and documentation.
 */
export const MFA_OPTIONS = {
  /** The issuer that authenticator apps show. Default `MyApplication`. */
  applicationName: option(issuer, 'MyApplication', {
    setting: 'MFA_APPLICATION_NAME',
    meaning: 'The name that authenticator apps show for this service',
    settingForm: issuerSetting,
  }),
  /** Length of a TOTP step in seconds, 15 to 60. Default 30 [RFC 6238 §5.2]. */
  totpDefaultIntervalSeconds: option(wholeNumber(15, 60), 30, {
    setting: 'MFA_TOTP_DEFAULT_INTERVAL',
    meaning: 'Length of a TOTP step, in seconds',
  }),
  /** Steps before and after the present one that are accepted, 0 to 2. Default 1 [RFC 6238 §6]. */
  totpDefaultValidWindowSteps: option(wholeNumber(0, 2), 1, {
    setting: 'MFA_TOTP_DEFAULT_VALID_WINDOW',
    meaning: 'Steps before and after the present one whose code is accepted',
  }),
  /** Codes in a set, 1 to 20. Default 5. */
  numOfBackupCodes: option(wholeNumber(1, 20), 5, {
    setting: 'NUM_OF_BACKUP_CODES',
    meaning: 'Backup codes in a set',
  }),
  /** Characters of a backup code, 6 to 64. Default 12. */
  backupCodeLength: option(wholeNumber(6, 64), 12, {
    setting: 'BACKUP_CODE_LENGTH',
    meaning: 'Characters of a backup code',
  }),
  /** The alphabet of backup codes. Default: Crockford's base 32. */
  backupCodeAllowedChars: option(alphabet, CROCKFORD_BASE32, {
    setting: 'BACKUP_CODE_ALLOWED_CHARS',
    meaning: 'What backup codes are made of',
    settingForm: alphabetSetting,
  }),
  /** Only true is accepted: backup codes are stored as slow hashes [ASVS 6.5.2]. */
  backupCodeSecureHash: option(onlyTrue, true, {
    setting: 'BACKUP_CODE_SECURE_HASH',
    meaning: 'Whether backup codes are kept as slow hashes',
    settingForm: onlyTrueSetting,
  }),
  /** bcrypt cost of a backup code, 4 to 15. Default 10. */
  backupCodeHashCost: option(wholeNumber(4, 15), 10, {
    setting: 'BACKUP_CODE_HASH_COST',
    meaning: 'bcrypt cost of a backup code; in production at least 10',
  }),
  /** How long a challenge stays open, in seconds, 60 to 3600. Default 900. */
  ephemeralTokenExpirySeconds: option(wholeNumber(60, 3600), 900, {
    setting: 'MFA_EPHEMERAL_TOKEN_EXPIRY',
    meaning: 'How long the second step of a login stays open, in seconds',
  }),
  /** The greatest age of a proof that authorises a change of factors, in seconds, 60 to 86400. Default 900. */
  stepUpMaxAgeSeconds: option(wholeNumber(60, 86_400), 900, {
    setting: 'MFA_STEP_UP_MAX_AGE',
    meaning: 'How old the last proof may be when factors are changed, in seconds',
  }),
  /** Refuses to delete an active method. Default false. */
  preventDeleteActiveMethod: option(trueOrFalse, false, {
    setting: 'MFA_PREVENT_DELETE_ACTIVE_METHOD',
    meaning: 'Refuse to delete an active method',
  }),
  /** Refuses to delete the primary method. Default false. */
  preventDeletePrimaryMethod: option(trueOrFalse, false, {
    setting: 'MFA_PREVENT_DELETE_PRIMARY_METHOD',
    meaning: 'Refuse to delete the primary method',
  }),
  /** Refuses to delete the last active method. Default false. */
  preventDeleteLastMethod: option(trueOrFalse, false, {
    setting: 'MFA_PREVENT_DELETE_LAST_METHOD',
    meaning: 'Refuse to delete the last active method',
  }),
  /** Requires a proof of an active method to delete it. Default false. */
  deleteActiveMethodRequireCode: option(trueOrFalse, false, {
    setting: 'MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE',
    meaning: 'Ask for a code of the active method that is deleted',
  }),
  /** Requires a proof of the present primary method to make another one primary. Default false. */
  updatePrimaryMethodRequiredPrimaryCode: option(trueOrFalse, false, {
    setting: 'MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE',
    meaning: 'Ask for a code of the present primary method when another becomes primary',
  }),
  /** Wrong proofs that end a challenge, 1 to 20. Default 5. */
  maxAttemptsPerChallenge: option(wholeNumber(1, 20), 5, {
    setting: 'MFA_MAX_ATTEMPTS_PER_CHALLENGE',
    meaning: 'Wrong codes that end one login',
  }),
  /** Consecutive wrong proofs that lock a method, 1 to 50. Default 10. */
  maxFailuresPerMethod: option(wholeNumber(1, 50), 10, {
    setting: 'MFA_MAX_FAILURES_PER_METHOD',
    meaning: 'Consecutive wrong codes that lock a method',
  }),
  /** Consecutive wrong proofs, over all methods, that lock the account, 1 to 100. Default 20. */
  maxFailuresPerAccount: option(wholeNumber(1, 100), 20, {
    setting: 'MFA_MAX_FAILURES_PER_ACCOUNT',
    meaning:
      'Consecutive wrong codes, over all methods, that lock the second factors of an account',
  }),
  /** Consecutive wrong proofs of one factor in a session that lock and end the session, 1 to 50. Default 10. */
  maxFailuresPerSession: option(wholeNumber(1, 50), 10, {
    setting: 'MFA_MAX_FAILURES_PER_SESSION',
    meaning:
      'Consecutive wrong codes of one factor, or passwords, within a session that end it; ten times as many over all sessions lock that factor in them',
  }),
  /** Length of the first lock in seconds, 60 to 86400. Each further one is twice as long. Default 900. */
  lockSeconds: option(wholeNumber(60, 86_400), 900, {
    setting: 'MFA_LOCK_SECONDS',
    meaning: 'Length of the first lock; each further one is twice as long',
  }),
  /** Seconds between two codes for one subject and purpose, 0 to 600. Default 30. */
  sendCooldownSeconds: option(wholeNumber(0, 600), 30, {
    setting: 'MFA_SEND_COOLDOWN_SECONDS',
    meaning: 'Least time between two codes that are sent to one user',
  }),
  /** Codes sent to one subject for one purpose in 15 minutes, 1 to 100. Default 5. */
  maxSendsPerSubject: option(wholeNumber(1, 100), 5, {
    setting: 'MFA_MAX_SENDS_PER_SUBJECT',
    meaning: 'Codes sent to one user in 15 minutes',
  }),
  /**
   * Codes sent in an hour to one subject at one confirmed address, 1 to 1000. Sign-ins have a count of
   * their own. Default 10.
   */
  maxSendsPerAddress: option(wholeNumber(1, 1000), 10, {
    setting: 'MFA_MAX_SENDS_PER_ADDRESS',
    meaning: 'Codes sent to one user at one confirmed address in an hour',
  }),
  /**
   * Codes sent in an hour to one address that is being enrolled, over all subjects, 1 to 1000. Default
   * 5. Codes for subjects who have confirmed the address have a count of their own.
   */
  maxEnrolmentSendsPerAddress: option(wholeNumber(1, 1000), 5, {
    setting: 'MFA_MAX_ENROLMENT_SENDS_PER_ADDRESS',
    meaning: 'Codes sent in an hour to one address that is being enrolled, over all users',
  }),
  /**
   * Codes for enrolments in an hour from one network, over all subjects, 1 to 1000000. `networkOf` tells the
   * network; a site of `siteOf` has sixteen times as many. Default 100: an office behind one address can
   * enrol a class of people in an hour, while toll fraud by text messages stays cheap.
   */
  maxEnrolmentSendsPerNetwork: option(wholeNumber(1, 1_000_000), 100, {
    setting: 'MFA_MAX_ENROLMENT_SENDS_PER_NETWORK',
    meaning:
      'Codes for enrolments that one network has sent in an hour: an IPv4 address, or a /56 of IPv6; a /48 has sixteen times as many',
  }),
  /**
   * Codes for confirmed addresses in an hour from one network, over all subjects, 1 to 1000000. Beyond it
   * each subject has two codes for sign-ins and two for its sessions. Default 300.
   */
  maxSendsPerNetwork: option(wholeNumber(1, 1_000_000), 300, {
    setting: 'MFA_MAX_SENDS_PER_NETWORK',
    meaning:
      'Codes for confirmed addresses that one network, counted alike, has sent in an hour; each user has two sign-ins beyond it',
  }),
  /**
   * Codes of one handler in an hour over all subjects, 10 to 10000000. A fifth is reserved for confirmed
   * addresses, and one network gets little of it. Default 10000: more than a million users need in a usual
   * hour, and a bound on the cost of an attack.
   */
  maxSendsPerHour: option(wholeNumber(10, 10_000_000), 10_000, {
    setting: 'MAX_SENDS_PER_HOUR',
    meaning:
      'Codes of each second factor sent in an hour over all; enrolments use no more than four fifths of it',
  }),
  /**
   * Seconds between two searches for undelivered events, 0 to 3600. Default 5. With 0 this process delivers
   * events only by `OutboxWorker.runOnce`, and leaves the rest to others.
   */
  outboxIntervalSeconds: option(wholeNumber(0, 3600), 5, {
    setting: 'MFA_OUTBOX_INTERVAL_SECONDS',
    meaning: 'Seconds between two looks for mails and webhooks about events that still wait',
    // A server always delivers, so it does not take 0.
    settingForm: wholeNumber(1, 3600),
  }),
  /** Whether a device can be remembered, so that its logins leave the second step out. Default `off`. */
  trustedDevices: option(oneOf(['off', 'on'], 'off or on'), 'off', {
    setting: 'TRUSTED_DEVICES',
    meaning: 'Whether people may have a device remembered, on which a password alone signs them in',
  }),
  /** Days for which a device is remembered, 1 to 365; half of them without being used. Default 30. */
  trustedDeviceDays: option(wholeNumber(1, 365), 30, {
    setting: 'TRUSTED_DEVICE_DAYS',
    meaning: 'Days for which a device is remembered; half of them when it is not used',
  }),
  /**
   * Seconds for which a token of a device that was just renewed still gives the present one, 0 to 60. Default
   * 20. 0: it ends its device at once.
   */
  tokenGraceSeconds: option(wholeNumber(0, 60), 20, {
    setting: 'REFRESH_GRACE_SECONDS',
    meaning:
      'How long a refresh token, or that of a device, that was just renewed still gives the present one, to other tabs and after a lost answer; 0: it ends its session or device at once',
  }),
  /**
   * How long a change can be reversed after its owner is told of it, in seconds, 3600 to 2592000. Default
   * 259200, three days.
   */
  reversalSeconds: option(wholeNumber(3600, 30 * 86_400), 3 * 86_400, {
    setting: 'NOT_ME_LINK_EXPIRY',
    meaning: 'How long the "this was not me" link of a notice is good, in seconds',
  }),
};
