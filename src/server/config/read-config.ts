import { type AuthConfig, readAuthConfig } from './auth-config.js';
import { ConfigError } from './values/config-error.js';
import { type ConfiguredEntry } from './values/configured-entry.js';
import { type KeyTexts } from './keys/generate-keys.js';
import { RESET_PASSWORD_PATH, START_PATH } from './paths.js';
import { faultsOfAddress, HASH_COSTS, LEAST_HASH_COST } from './values/faults-of-address.js';
import { jwtKeyRing, secretKeyRing } from './keys/key-formats.js';
import { mfaOptionsOf } from './settings/mfa-settings.js';
import { faultsOfPreset } from './presets/faults-of-preset.js';
import { PRESET_NAMES } from './settings/preset-names.js';
import { PRESETS } from './presets/presets.js';
import { type RequestBudgets, type ServerConfig } from './server-config.js';
import { type Setting, type SettingValues } from './settings/setting.js';
import { SETTINGS } from './settings/settings.js';
import { signedWebhookOf } from './settings/signed-webhook.js';
import { metricsAddressOf, traceExportOf } from './settings/observability-settings.js';
import { webAuthnOf } from './settings/webauthn-settings.js';

type Texts = Readonly<Partial<Record<string, string>>>;
type Values = SettingValues<typeof SETTINGS>;

/** A misspelt name under these would be a safeguard that is silently not there. */
const OUR_PREFIXES =
  /^(MFA_|BACKUP_CODE_|WEBAUTHN_|EMAIL_VERIF|MAX_(SENDS?|SESSIONS?)_|NOT_ME_|REFRESH_GRACE|RATE_LIMIT_|TRUSTED_PROX|JWT_KEY|SMS_GATEWAY_|EVENT_WEBHOOK_|END_SESSION|CORS_ORIGIN|PASSWORD_(HASH|RESET)|SUBJECT_|SESSION_(READS|WRITES|IDLE|MAX)_)/;

/** Production takes no default for these. */
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
 * Turns the environment, whose keys are in the clear and not in files, into the configuration. An
 * empty variable counts as unset.
 *
 * @param developmentKeys gives the keys that are unset; called outside production alone, with the
 *   data directory
 * @throws {ConfigError} with a line for each fault
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  developmentKeys: (dataDirectory: string) => KeyTexts,
): ServerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ''));
  const faults = [...faultsOfNames(given), ...faultsOfTexts(given)];
  if (isProduction(given)) faults.push(...faultsOfAbsence(given), ...faultsOfCosts(given));
  if (faults.length > 0) throw new ConfigError(faults);
  const values = valuesOf(given);
  const lists = listsOf(values, given);
  const forbidden = [
    ...faultsOfAddress({
      ...values,
      isNodeEnvSet: given['NODE_ENV'] !== undefined,
      registrationIsOpenByDefault:
        values.REGISTRATION === 'open' && given['REGISTRATION'] === undefined,
      factors: lists.factors,
    }),
    ...faultsOfPreset({ values, ...lists }),
  ];
  if (forbidden.length > 0) throw new ConfigError(forbidden);
  if (values.JWT_KEYS !== null && values.MFA_SECRET_KEYS !== null) return configOf(values, lists);
  return configOf(valuesOf({ ...developmentKeys(values.DATA_DIRECTORY), ...given }), lists);
}

/** What reaches the database: all that a migration needs. */
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
 * Reads of the environment what reaches the database, and asks for nothing else: whoever migrates
 * needs no key.
 *
 * @throws {ConfigError} with a line for each fault
 */
export function readDatabaseConfig(env: NodeJS.ProcessEnv): DatabaseConfig {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, text]) => text !== '' && DATABASE_SETTINGS.test(name)),
  );
  const faults = faultsOfTexts(given);
  const { DATABASE_URL } = REQUIRED_IN_PRODUCTION;
  if (isProduction(given)) faults.push(...faultsOfAbsence(given, { DATABASE_URL }));
  if (faults.length > 0) throw new ConfigError(faults);
  return databaseConfigOf(valuesOf(given));
}

/** A list of the file stands in the place of the environment's; what it does not list stays. */
function listsOf({ AUTH_CONFIG, MFA_HANDLERS }: Values, given: Texts): Required<AuthConfig> {
  const file = AUTH_CONFIG === null ? {} : readAuthConfig(AUTH_CONFIG, given);
  if (file.factors !== undefined && given['MFA_HANDLERS'] !== undefined) {
    throw new ConfigError([
      'AUTH_CONFIG and MFA_HANDLERS both list second factors: unset MFA_HANDLERS, or remove "factors" from the file.',
    ]);
  }
  return { providers: DEFAULT_PROVIDERS, factors: MFA_HANDLERS.map(factorCalled), ...file };
}

function faultsOfNames(given: Texts): string[] {
  const known = new Set<string>(SETTINGS.map(({ name }) => name));
  return Object.keys(given)
    .filter((name) => OUR_PREFIXES.test(name) && !known.has(name))
    .map((name) => `${name} is not a setting.`);
}

function faultsOfTexts(given: Texts): string[] {
  return SETTINGS.filter(({ name, format }) => {
    const text = given[name];
    return text !== undefined && format.read(text) === undefined;
  }).map(({ name, format }) => `${name} takes ${format.takes}.`);
}

function faultsOfAbsence(
  given: Texts,
  required: Readonly<Record<string, string>> = REQUIRED_IN_PRODUCTION,
): string[] {
  return Object.entries(required)
    .filter(([name]) => given[name] === undefined)
    .map(([name, advice]) => `${name} is required in production. ${advice}`);
}

function faultsOfCosts(given: Texts): string[] {
  return HASH_COSTS.filter((name) => Number(given[name] ?? Infinity) < LEAST_HASH_COST).map(
    (name) =>
      `${name} is at least ${LEAST_HASH_COST} in production, so that a copy of the database is not soon guessed.`,
  );
}

function isProduction(given: Texts): boolean {
  return given['NODE_ENV'] === 'production';
}

function valuesOf(given: Texts): Values {
  const texts = { ...presetDefaultsOf(given), ...given };
  const values = SETTINGS.map((entry) => [entry.name, valueOf(entry, texts)]);
  // SettingValues says of each name what its own format reads, or null without a default.
  return Object.fromEntries(values) as Values;
}

/** By now the text of `MFA_PRESET` has been checked. */
function presetDefaultsOf({ MFA_PRESET: text }: Texts): Texts {
  return PRESETS[PRESET_NAMES.find((name) => name === text) ?? 'standard'].defaults;
}

function valueOf(entry: Setting, given: Texts): unknown {
  const text = given[entry.name] ?? defaultOf(entry, isProduction(given));
  return text === null ? null : entry.format.read(text);
}

function defaultOf({ default: text }: Setting, inProduction: boolean): string | null {
  if (text === null || typeof text === 'string') return text;
  return inProduction ? text.production : text.otherwise;
}

function configOf(values: Values, lists: Required<AuthConfig>): ServerConfig {
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
    webAuthn: webAuthnOf(values, publicUrl),
    jwtKeys: present(values.JWT_KEYS, jwtKeyRing.takes),
    rereadKeys: null,
    registrationIsOpen: values.REGISTRATION === 'open',
    emailVerification: values.EMAIL_VERIFICATION,
    ...lists,
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    corsOrigins: values.CORS_ORIGINS ?? [],
    passwordHashCost: values.PASSWORD_HASH_COST,
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
    mfa: mfaOptionsOf(values, present(values.MFA_SECRET_KEYS, secretKeyRing.takes)),
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

/** Only the kept development keys can still be unreadable here: all other texts were checked. */
function present<T>(keys: T | null | undefined, takes: string): T {
  if (keys === null || keys === undefined) {
    throw new ConfigError([`The kept development keys are damaged: expected ${takes}.`]);
  }
  return keys;
}
