import { type AuthConfig, readAuthConfig } from './auth-config.js';
import { ConfigError } from './values/config-error.js';
import { type ConfiguredEntry } from './values/configured-entry.js';
import { type KeyTexts } from './keys/generate-keys.js';
import { RESET_PASSWORD_PATH, START_PATH } from './paths.js';
import { errorsOfAddress } from './values/errors-of-address.js';
import { type Format, takenBy } from './values/formats.js';
import { jwtKeyRing, secretKeyRing } from './keys/key-formats.js';
import { mfaOptionsOf } from './settings/mfa-settings.js';
import { errorsOfPreset, warningsOfPreset } from './presets/errors-of-preset.js';
import { type Values } from './presets/preset.js';
import { readSettings, type Texts } from './read-settings.js';
import { type KeyRings, type RequestBudgets, type ServerConfig } from './server-config.js';
import { signedWebhookOf } from './settings/signed-webhook.js';
import { metricsAddressOf, traceExportOf } from './settings/observability-settings.js';
import { webAuthnOf } from './settings/webauthn-settings.js';

/** Settings without a default in production, each with advice. */
const REQUIRED_IN_PRODUCTION = {
  JWT_KEYS: '`npm run keys:generate` makes one.',
  MFA_SECRET_KEYS: '`npm run keys:generate` makes one.',
  DATABASE_URL: 'The embedded database is for trying out and for tests.',
  SMTP_URL: 'Codes must not be shown in the log.',
  PUBLIC_URL: 'Tokens and security keys are made for it.',
};

const DATABASE_SETTINGS = /^(DATABASE_\w+|DATA_DIRECTORY|NODE_ENV)$/;

const DEFAULT_PROVIDERS: readonly ConfiguredEntry[] = [
  { type: 'local', id: 'local', options: {}, path: 'default' },
];

/**
 * Makes the configuration from an environment whose key rings are unwrapped and not in files. An empty
 * variable counts as unset.
 *
 * @param developmentKeys makes the missing key rings, for the data directory. Production never calls it
 * @throws {ConfigError} with a line for each error
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  developmentKeys: (dataDirectory: string) => KeyTexts,
): ServerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ''));
  const values = readSettings(given, REQUIRED_IN_PRODUCTION);
  const lists = listsOf(values, given);
  const errors = [
    ...errorsOfAddress({
      ...values,
      isNodeEnvSet: given['NODE_ENV'] !== undefined,
      registrationIsOpenByDefault:
        values.REGISTRATION === 'open' && given['REGISTRATION'] === undefined,
      factors: lists.factors,
    }),
    ...errorsOfPreset({ values, ...lists }),
  ];
  if (errors.length > 0) throw new ConfigError(errors);
  const warnings = warningsOfPreset({ values, ...lists });
  return { ...configOf(values, lists, ringsOf(values, developmentKeys)), warnings };
}

/** The settings of the database: all that a migration needs. */
export type DatabaseConfig = Pick<
  ServerConfig,
  | 'databaseUrl'
  | 'databaseMaxConnections'
  | 'databaseWaitSeconds'
  | 'preparesStatements'
  | 'statementTimeoutSeconds'
  | 'dataDirectory'
>;

/**
 * Reads the settings of the database alone, since a migration is given no keys.
 *
 * @throws {ConfigError} with a line for each error
 */
export function readDatabaseConfig(env: NodeJS.ProcessEnv): DatabaseConfig {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, text]) => text !== '' && DATABASE_SETTINGS.test(name)),
  );
  const { DATABASE_URL } = REQUIRED_IN_PRODUCTION;
  return databaseConfigOf(readSettings(given, { DATABASE_URL }));
}

/** All but what a preset says of it. */
type SetConfig = Omit<ServerConfig, 'warnings'>;

/** A list of the file replaces the default; a list that the file does not have changes nothing. */
function listsOf({ AUTH_CONFIG, MFA_HANDLERS }: Values, given: Texts): Required<AuthConfig> {
  const file = AUTH_CONFIG === null ? {} : readAuthConfig(AUTH_CONFIG, given);
  if (file.factors !== undefined && given['MFA_HANDLERS'] !== undefined) {
    throw new ConfigError([
      'AUTH_CONFIG and MFA_HANDLERS both list second factors: unset MFA_HANDLERS, or remove "factors" from the file.',
    ]);
  }
  return { providers: DEFAULT_PROVIDERS, factors: MFA_HANDLERS.map(factorCalled), ...file };
}

function ringsOf(
  { JWT_KEYS: jwtKeys, MFA_SECRET_KEYS: secretKeys, DATA_DIRECTORY }: Values,
  developmentKeys: (dataDirectory: string) => KeyTexts,
): KeyRings {
  if (jwtKeys !== null && secretKeys !== null) return { jwtKeys, secretKeys };
  const kept = developmentKeys(DATA_DIRECTORY);
  return {
    jwtKeys: jwtKeys ?? keptRing(kept.JWT_KEYS, jwtKeyRing),
    secretKeys: secretKeys ?? keptRing(kept.MFA_SECRET_KEYS, secretKeyRing),
  };
}

function keptRing<Ring>(text: string, format: Format<Ring>): Ring {
  const { success, data } = format.safeParse(text);
  if (success) return data;
  throw new ConfigError([`The kept development keys are damaged: expected ${takenBy(format)}.`]);
}

function configOf(values: Values, lists: Required<AuthConfig>, keys: KeyRings): SetConfig {
  const publicUrl = values.PUBLIC_URL ?? `http://localhost:${values.PORT}`;
  return {
    isProduction: values.NODE_ENV === 'production',
    httpPort: values.PORT,
    host: values.HOST,
    publicUrl,
    ...databaseConfigOf(values),
    migratesAtStart: values.MIGRATE_AT_START,
    shutdownDelaySeconds: values.SHUTDOWN_DELAY_SECONDS,
    shutdownTimeoutSeconds: values.SHUTDOWN_TIMEOUT_SECONDS,
    redisUrl: values.REDIS_URL,
    smtpUrl: values.SMTP_URL,
    mailFrom: values.MAIL_FROM,
    smsGateway: signedWebhookOf(values, ['SMS_GATEWAY_URL', 'SMS_GATEWAY_SECRET']),
    ...webAuthnOf(values, publicUrl),
    jwtKeys: keys.jwtKeys,
    rereadKeys: null,
    registrationIsOpen: values.REGISTRATION === 'open',
    emailVerification: values.EMAIL_VERIFICATION,
    ...lists,
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    corsOrigins: values.CORS_ORIGINS ?? [],
    passwordHashWork: {
      memoryKib: values.PASSWORD_HASH_MEMORY_KIB,
      passes: values.PASSWORD_HASH_PASSES,
    },
    passwordHashesAtOnce: values.PASSWORD_HASHES_AT_ONCE,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    requestBudgets: requestBudgetsOf(values),
    cleanUpIntervalSeconds: values.CLEAN_UP_INTERVAL_SECONDS,
    sessionLimits: {
      idleSeconds: values.SESSION_IDLE_SECONDS,
      maxSeconds: values.SESSION_MAX_SECONDS,
    },
    refreshGraceSeconds: values.REFRESH_GRACE_SECONDS,
    maxSessionsPerUser: values.MAX_SESSIONS_PER_USER,
    endsSessionsOnFactorChange: values.END_SESSIONS_ON_FACTOR_CHANGE,
    passwordResetTokenExpirySeconds: values.PASSWORD_RESET_TOKEN_EXPIRY,
    passwordResetUrl: values.PASSWORD_RESET_URL ?? `${publicUrl}${RESET_PASSWORD_PATH}`,
    signInUrl: values.SIGN_IN_URL ?? START_PATH,
    notMeLinkSeconds: values.NOT_ME_LINK_EXPIRY,
    mailLanguage: values.MAIL_LANGUAGE,
    eventWebhook: signedWebhookOf(values, ['EVENT_WEBHOOK_URL', 'EVENT_WEBHOOK_SECRET']),
    logsRequests: values.LOG_REQUESTS,
    metrics: metricsAddressOf(values, values.PORT),
    traces: traceExportOf(values),
    mfa: mfaOptionsOf(values, keys.secretKeys),
  };
}

function databaseConfigOf(values: Values): DatabaseConfig {
  return {
    databaseUrl: values.DATABASE_URL,
    databaseMaxConnections: values.DATABASE_MAX_CONNECTIONS,
    databaseWaitSeconds: values.DATABASE_WAIT_SECONDS,
    preparesStatements: values.DATABASE_PREPARED_STATEMENTS === 'on',
    statementTimeoutSeconds: values.DATABASE_STATEMENT_TIMEOUT_SECONDS,
    dataDirectory: values.DATA_DIRECTORY,
  };
}

function requestBudgetsOf(values: Values): RequestBudgets {
  return {
    sessionReads: values.SESSION_READS_PER_MINUTE,
    sessionWrites: values.SESSION_WRITES_PER_MINUTE,
    subjectReads: values.SUBJECT_READS_PER_MINUTE,
    subjectWrites: values.SUBJECT_WRITES_PER_MINUTE,
  };
}

function factorCalled(name: string): ConfiguredEntry {
  return { type: name, id: name, options: {}, path: 'MFA_HANDLERS' };
}
