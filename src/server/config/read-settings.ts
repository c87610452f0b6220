import { z } from 'zod';
import { type Preset, type Values } from './presets/preset.js';
import { PRESETS } from './presets/presets.js';
import { PRESET_NAMES } from './settings/preset-names.js';
import { type Setting } from './settings/setting.js';
import { SETTINGS } from './settings/settings.js';
import { ConfigError } from './values/config-error.js';
import { type Issue, linesOfIssues } from './values/lines-of-issues.js';
import { errorsOfWeakHashes, HASH_SETTINGS, type HashSettings } from './values/weak-hashes.js';

/** The texts of the environment, by variable; an unset variable is absent. */
export type Texts = Readonly<Partial<Record<string, string>>>;

const NAMES = new Set<string>(SETTINGS.map(({ name }) => name));

/**
 * Prefixes of our settings. A misspelt name under one of them would be a safeguard that is silently
 * missing.
 */
const OUR_PREFIXES =
  /^(MFA_|BACKUP_CODE_|WEBAUTHN_|EMAIL_VERIF|MAX_(SENDS?|SESSIONS?)_|NOT_ME_|REFRESH_GRACE|RATE_LIMIT_|TRUSTED_PROX|JWT_KEY|SMS_GATEWAY_|EVENT_WEBHOOK_|END_SESSION|CORS_ORIGIN|PASSWORD_(HASH|RESET)|SUBJECT_|SESSION_(READS|WRITES|IDLE|MAX)_)/;

/** The settings that replace a former one, as a phrase. */
const SUCCESSORS: ReadonlyMap<string, string> = new Map([
  [
    'PASSWORD_HASH_COST',
    'PASSWORD_HASH_MEMORY_KIB and PASSWORD_HASH_PASSES, or neither, as passwords are argon2id',
  ],
]);

/**
 * Reads every setting. An unset one takes the default of the preset, or else its own.
 *
 * @param required settings without a default in production, each with advice
 * @throws {ConfigError} with a line for each error; no line shows a text, which may be a secret
 */
export function readSettings(given: Texts, required: Readonly<Record<string, string>>): Values {
  const ours = Object.entries(given).filter(([name]) => NAMES.has(name) || OUR_PREFIXES.test(name));
  const { data, error } = schemaFor(given).safeParse(Object.fromEntries(ours));
  const errors = linesOfIssues(error?.issues ?? [], '', lineOf);
  if (isProduction(given)) {
    errors.push(...errorsOfAbsence(given, required), ...errorsOfWeakHashes(hashSettingsOf(given)));
  }
  if (errors.length > 0) throw new ConfigError(errors);
  // Each member of the schema is the format of a setting, or null without a default.
  return data as Values;
}

/** One that cannot be read has a line of its own, and counts as strong: all lines come at once. */
function hashSettingsOf(given: Texts): HashSettings {
  const { shape } = schemaFor(given);
  const valueOf = (name: string) => shape[name]?.safeParse(given[name]).data ?? Infinity;
  // The formats of these settings are whole numbers.
  return Object.fromEntries(HASH_SETTINGS.map((name) => [name, valueOf(name)])) as HashSettings;
}

/** The format of each setting, by its name. */
type Schema = z.ZodObject<Record<string, z.ZodType>>;

const schemas = new Map<string, Schema>();

/** Kept, because a schema takes far longer to make than a start takes to read its settings. */
function schemaFor(given: Texts): Schema {
  const name = PRESET_NAMES.find((known) => known === given['MFA_PRESET']) ?? 'standard';
  const key = `${name} ${isProduction(given)}`;
  const schema = schemas.get(key) ?? makeSchema(PRESETS[name], isProduction(given));
  schemas.set(key, schema);
  return schema;
}

function makeSchema({ defaults }: Preset, inProduction: boolean): Schema {
  const fields = SETTINGS.map((entry) => {
    const text = defaults[entry.name] ?? defaultOf(entry, inProduction);
    return [entry.name, fieldOf(entry, text)];
  });
  return z.strictObject(Object.fromEntries(fields));
}

function fieldOf({ format }: Setting, defaultText: string | null): z.ZodType {
  return defaultText === null ? format.nullable().default(null) : format.prefault(defaultText);
}

function defaultOf({ default: text }: Setting, inProduction: boolean): string | null {
  if (text === null || typeof text === 'string') return text;
  return inProduction ? text.production : text.otherwise;
}

function lineOf(name: string, { code, message }: Issue): string {
  if (code !== 'unrecognized_keys') return `${name} takes ${message}.`;
  const successors = SUCCESSORS.get(name);
  return successors === undefined
    ? `${name} is not a setting.`
    : `${name} is no longer a setting: set ${successors}.`;
}

function errorsOfAbsence(given: Texts, required: Readonly<Record<string, string>>): string[] {
  return Object.entries(required)
    .filter(([name]) => given[name] === undefined)
    .map(([name, advice]) => `${name} is required in production. ${advice}`);
}

function isProduction(given: Texts): boolean {
  return given['NODE_ENV'] === 'production';
}
