import { type ConfiguredEntry } from '../values/configured-entry.js';
import { isWeakHashWork, LEAST_HASH_WORK_TEXT } from '../values/hash-work.js';
import { type PresetRule, type Values } from './preset.js';

type NumberSetting = {
  [Name in keyof Values]: Values[Name] extends number ? Name : never;
}[keyof Values];

/** A setting has an upper limit. */
export function atMost(name: NumberSetting, most: number, clause: string): PresetRule {
  return {
    clause,
    demand: `\`${name}\` of at most ${most}`,
    breachesOf: ({ values }) => (values[name] > most ? [`${name}=${values[name]}`] : []),
  };
}

/** A setting has a lower limit. */
export function atLeast(name: NumberSetting, least: number, clause: string): PresetRule {
  return {
    clause,
    demand: `\`${name}\` of at least ${least}`,
    breachesOf: ({ values }) => (values[name] < least ? [`${name}=${values[name]}`] : []),
  };
}

/** A numeric option of a type of factor has an upper limit. */
export function optionAtMost(
  [type, key]: readonly [type: string, key: string],
  most: number,
  clause: string,
): PresetRule {
  return {
    clause,
    demand: `\`${key}\` of \`${type}\` of at most ${most}`,
    breachesOf: ({ factors }) =>
      factors.flatMap(({ type: found, options, path }) => {
        const value = options[key];
        const isAbove = found === type && typeof value === 'number' && value > most;
        return isAbove ? [`${path}.${key}=${value}`] : [];
      }),
  };
}

/** Passwords are hashed with at least one of OWASP's pairs. */
export function slowPasswordHashes(clause: string): PresetRule {
  return {
    clause,
    demand: `\`PASSWORD_HASH_MEMORY_KIB\` and \`PASSWORD_HASH_PASSES\` of at least ${LEAST_HASH_WORK_TEXT}`,
    breachesOf: ({
      values: { PASSWORD_HASH_MEMORY_KIB: memoryKib, PASSWORD_HASH_PASSES: passes },
    }) =>
      isWeakHashWork({ memoryKib, passes })
        ? [`PASSWORD_HASH_MEMORY_KIB=${memoryKib} with PASSWORD_HASH_PASSES=${passes}`]
        : [],
  };
}

/** Registration is closed. */
export function closedRegistration(clause: string): PresetRule {
  return {
    clause,
    demand: '`REGISTRATION=closed`',
    breachesOf: ({ values: { REGISTRATION } }) =>
      REGISTRATION === 'closed' ? [] : [`REGISTRATION=${REGISTRATION}`],
  };
}

/** No device is remembered. */
export function withoutDevices(clause: string): PresetRule {
  return {
    clause,
    demand: '`TRUSTED_DEVICES=off`',
    breachesOf: ({ values: { TRUSTED_DEVICES } }) =>
      TRUSTED_DEVICES === 'off' ? [] : [`TRUSTED_DEVICES=${TRUSTED_DEVICES}`],
  };
}

/** A type of second factor is forbidden. */
export function withoutFactor(type: string, clause: string): PresetRule {
  return {
    clause,
    demand: `no second factor \`${type}\``,
    breachesOf: ({ factors }) => entriesOf(type, factors),
  };
}

/** A way to sign in is forbidden. */
export function withoutProvider(type: string, clause: string): PresetRule {
  return {
    clause,
    demand: `no way to sign in \`${type}\``,
    breachesOf: ({ providers }) => entriesOf(type, providers),
  };
}

/** One of these types of second factor is required. */
export function withOneOf(types: readonly string[], clause: string): PresetRule {
  const demand = `a second factor ${types.map((type) => `\`${type}\``).join(' or ')}`;
  return {
    clause,
    demand,
    breachesOf: ({ factors }) =>
      factors.some(({ type }) => types.includes(type)) ? [] : [listOf(factors)],
  };
}

/** One of `others` is required beside `type`. */
export function onlyBeside(type: string, others: readonly string[], clause: string): PresetRule {
  const beside = withOneOf(others, clause);
  return {
    clause,
    demand: `beside \`${type}\`, ${beside.demand}`,
    breachesOf: (configured) =>
      entriesOf(type, configured.factors).length > 0 ? beside.breachesOf(configured) : [],
  };
}

/** Backup codes have at least this many random bits. */
export function backupCodeBits(least: number, clause: string): PresetRule {
  return {
    clause,
    demand: `backup codes of at least ${least} random bits`,
    breachesOf: ({ values: { BACKUP_CODE_LENGTH: length, BACKUP_CODE_ALLOWED_CHARS: chars } }) =>
      length * Math.log2(chars.length) < least
        ? [`BACKUP_CODE_LENGTH=${length} of ${chars.length} BACKUP_CODE_ALLOWED_CHARS`]
        : [],
  };
}

function entriesOf(type: string, entries: readonly ConfiguredEntry[]): string[] {
  return entries.filter((entry) => entry.type === type).map(({ path }) => `${path}=${type}`);
}

function listOf(factors: readonly ConfiguredEntry[]): string {
  const types = [...new Set(factors.map(({ type }) => type))].join(',');
  return `second factors=${types === '' ? 'none' : types}`;
}
