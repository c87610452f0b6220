import { type MfaModuleOptions, type SecretKey } from '../../../mfa/index.js';
import { type Format, matching, trueOrFalse, wholeNumber } from '../values/formats.js';
import { setting, type SettingValues } from './setting.js';

const onlyTrue: Format<boolean> = {
  takes:
    'only true: backup codes are kept as slow hashes, so that a copy of the database is not a set of keys',
  read: (text) => (text === 'true' ? true : undefined),
};

/** What the server lets its operator decide about second factors. */
export const MFA_SETTINGS = [
  setting(
    'MFA_APPLICATION_NAME',
    'MyApplication',
    'The name that authenticator apps show for this service',
    matching(/^(?=.*\S)[^:\p{Cc}]{1,64}$/u, 'at most 64 characters, no colon among them'),
  ),
  setting(
    'MFA_TOTP_DEFAULT_INTERVAL',
    '30',
    'Length of a TOTP step, in seconds',
    wholeNumber(15, 60),
  ),
  setting(
    'MFA_TOTP_DEFAULT_VALID_WINDOW',
    '1',
    'Steps before and after the present one whose code is accepted',
    wholeNumber(0, 2),
  ),
  setting('NUM_OF_BACKUP_CODES', '5', 'Backup codes in a set', wholeNumber(1, 20)),
  setting('BACKUP_CODE_LENGTH', '12', 'Characters of a backup code', wholeNumber(6, 64)),
  setting(
    'BACKUP_CODE_ALLOWED_CHARS',
    '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
    'What backup codes are made of',
    matching(/^(?!.*(.).*\1)[A-Za-z0-9]{2,}$/, 'at least two letters or digits, each once'),
  ),
  setting(
    'BACKUP_CODE_SECURE_HASH',
    'true',
    'Whether backup codes are kept as slow hashes',
    onlyTrue,
  ),
  setting(
    'BACKUP_CODE_HASH_COST',
    '10',
    'bcrypt cost of a backup code; in production at least 10',
    wholeNumber(4, 15),
  ),
  setting(
    'MFA_EPHEMERAL_TOKEN_EXPIRY',
    '900',
    'How long the second step of a login stays open, in seconds',
    wholeNumber(60, 3600),
  ),
  setting(
    'MFA_STEP_UP_MAX_AGE',
    '900',
    'How old the last proof may be when factors are changed, in seconds',
    wholeNumber(60, 86_400),
  ),
  setting(
    'MFA_PREVENT_DELETE_ACTIVE_METHOD',
    'false',
    'Refuse to delete an active method',
    trueOrFalse,
  ),
  setting(
    'MFA_PREVENT_DELETE_PRIMARY_METHOD',
    'false',
    'Refuse to delete the primary method',
    trueOrFalse,
  ),
  setting(
    'MFA_PREVENT_DELETE_LAST_METHOD',
    'false',
    'Refuse to delete the last active method',
    trueOrFalse,
  ),
  setting(
    'MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE',
    'false',
    'Ask for a code of the active method that is deleted',
    trueOrFalse,
  ),
  setting(
    'MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE',
    'false',
    'Ask for a code of the present primary method when another becomes primary',
    trueOrFalse,
  ),
  setting(
    'MFA_MAX_ATTEMPTS_PER_CHALLENGE',
    '5',
    'Wrong codes that end one login',
    wholeNumber(1, 20),
  ),
  setting(
    'MFA_MAX_FAILURES_PER_METHOD',
    '10',
    'Consecutive wrong codes that lock a method',
    wholeNumber(1, 50),
  ),
  setting(
    'MFA_MAX_FAILURES_PER_ACCOUNT',
    '20',
    'Consecutive wrong codes, over all methods, that lock the second factors of an account',
    wholeNumber(1, 100),
  ),
  setting(
    'MFA_MAX_FAILURES_PER_SESSION',
    '10',
    'Consecutive wrong codes of one factor, or passwords, within a session that end it; ten times as many over all sessions lock that factor in them',
    wholeNumber(1, 50),
  ),
  setting(
    'MFA_LOCK_SECONDS',
    '900',
    'Length of the first lock; each further one is twice as long',
    wholeNumber(60, 86_400),
  ),
  setting(
    'MFA_SEND_COOLDOWN_SECONDS',
    '30',
    'Least time between two codes that are sent to one user',
    wholeNumber(0, 600),
  ),
  setting(
    'MFA_MAX_SENDS_PER_SUBJECT',
    '5',
    'Codes sent to one user in 15 minutes',
    wholeNumber(1, 100),
  ),
  setting(
    'MFA_MAX_SENDS_PER_ADDRESS',
    '10',
    'Codes sent to one user at one confirmed address in an hour',
    wholeNumber(1, 1000),
  ),
  setting(
    'MFA_MAX_ENROLMENT_SENDS_PER_ADDRESS',
    '5',
    'Codes sent in an hour to one address that is being enrolled, over all users',
    wholeNumber(1, 1000),
  ),
  setting(
    'MFA_MAX_ENROLMENT_SENDS_PER_NETWORK',
    '100',
    'Codes for enrolments that one network has sent in an hour: an IPv4 address, or a /56 of IPv6; a /48 has sixteen times as many',
    wholeNumber(1, 1_000_000),
  ),
  setting(
    'MFA_MAX_SENDS_PER_NETWORK',
    '300',
    'Codes for confirmed addresses that one network, counted alike, has sent in an hour; each user has two sign-ins beyond it',
    wholeNumber(1, 1_000_000),
  ),
  setting(
    'MAX_SENDS_PER_HOUR',
    '10000',
    'Codes of each second factor sent in an hour over all; enrolments use no more than four fifths of it',
    wholeNumber(10, 10_000_000),
  ),
  setting(
    'MFA_OUTBOX_INTERVAL_SECONDS',
    '5',
    'Seconds between two looks for mails and webhooks about events that still wait',
    wholeNumber(1, 3600),
  ),
] as const;

/** The library's options from the values of {@link MFA_SETTINGS}. */
export function mfaOptionsOf(
  values: SettingValues<typeof MFA_SETTINGS>,
  secretKeys: readonly SecretKey[],
): Required<Omit<MfaModuleOptions, 'reversalSeconds'>> {
  return {
    secretKeys,
    applicationName: values.MFA_APPLICATION_NAME,
    totpDefaultIntervalSeconds: values.MFA_TOTP_DEFAULT_INTERVAL,
    totpDefaultValidWindowSteps: values.MFA_TOTP_DEFAULT_VALID_WINDOW,
    numOfBackupCodes: values.NUM_OF_BACKUP_CODES,
    backupCodeLength: values.BACKUP_CODE_LENGTH,
    backupCodeAllowedChars: values.BACKUP_CODE_ALLOWED_CHARS,
    backupCodeSecureHash: values.BACKUP_CODE_SECURE_HASH,
    backupCodeHashCost: values.BACKUP_CODE_HASH_COST,
    ephemeralTokenExpirySeconds: values.MFA_EPHEMERAL_TOKEN_EXPIRY,
    stepUpMaxAgeSeconds: values.MFA_STEP_UP_MAX_AGE,
    preventDeleteActiveMethod: values.MFA_PREVENT_DELETE_ACTIVE_METHOD,
    preventDeletePrimaryMethod: values.MFA_PREVENT_DELETE_PRIMARY_METHOD,
    preventDeleteLastMethod: values.MFA_PREVENT_DELETE_LAST_METHOD,
    deleteActiveMethodRequireCode: values.MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE,
    updatePrimaryMethodRequiredPrimaryCode: values.MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE,
    maxAttemptsPerChallenge: values.MFA_MAX_ATTEMPTS_PER_CHALLENGE,
    maxFailuresPerMethod: values.MFA_MAX_FAILURES_PER_METHOD,
    maxFailuresPerAccount: values.MFA_MAX_FAILURES_PER_ACCOUNT,
    maxFailuresPerSession: values.MFA_MAX_FAILURES_PER_SESSION,
    lockSeconds: values.MFA_LOCK_SECONDS,
    sendCooldownSeconds: values.MFA_SEND_COOLDOWN_SECONDS,
    maxSendsPerSubject: values.MFA_MAX_SENDS_PER_SUBJECT,
    maxSendsPerAddress: values.MFA_MAX_SENDS_PER_ADDRESS,
    maxEnrolmentSendsPerAddress: values.MFA_MAX_ENROLMENT_SENDS_PER_ADDRESS,
    maxEnrolmentSendsPerNetwork: values.MFA_MAX_ENROLMENT_SENDS_PER_NETWORK,
    maxSendsPerNetwork: values.MFA_MAX_SENDS_PER_NETWORK,
    maxSendsPerHour: values.MAX_SENDS_PER_HOUR,
    outboxIntervalSeconds: values.MFA_OUTBOX_INTERVAL_SECONDS,
  };
}
