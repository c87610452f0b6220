import { type Clock, type KeyManagement, type RandomSource } from '../../mfa/index.js';
import { generateKey, type RingName } from '../config/keys/generate-keys.js';
import { keyEntriesText } from '../config/keys/key-entry.js';
import { developmentPlace, givenPlace, type KeyPlace } from '../config/keys/key-places.js';
import { loadConfig } from '../config/load-config.js';
import { givenKeyManagement, readRing } from '../config/keys/open-keys.js';
import { type ServerConfig } from '../config/server-config.js';
import { type ServerKeyNeed } from './key-needs.js';
import { addNext, promote, retire, type Ring } from './rotation.js';
import { whyRowsNeed, whyTokensNeed } from './rotation-blockers.js';
import { ACCESS_TOKEN_SECONDS } from '../sessions/access-tokens.js';
import { wrapKey } from './wrap-key.js';
import { VERIFICATION_LINK_SECONDS } from '../account/email/email-verification-limits.js';

/** The phases of a rotation, in their order. */
export type RotationPhase = 'add' | 'promote' | 'retire';

/** The dependencies of a rotation. */
export interface RotationTools {
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Counts the rows of the server's database by the key that they need. */
  countNeeds(config: ServerConfig): Promise<readonly ServerKeyNeed[]>;
}

/** The result of a phase. */
export interface RotationOutcome {
  /** Lines of an .env file, for the rings without a file. They are secret. */
  readonly lines: readonly string[];
  /** Sentences for the operator, without secrets. */
  readonly advice: readonly string[];
  /** Whether the phase is complete. */
  readonly isComplete: boolean;
}

/** A ring, its place, and what the phase did to it. */
interface Turn {
  readonly name: RingName;
  readonly place: KeyPlace;
  readonly ring: Ring;
  readonly advice: readonly string[];
  readonly isComplete: boolean;
}

const NEXT_STEP: Readonly<Record<RotationPhase, string>> = {
  add: 'Next: have every server read the new text (SIGHUP with a file, else a restart), wait five minutes for those who keep the published keys, then run `npm run keys:rotate -- --promote`.',
  promote:
    'Next: have every server read the new text, run `npm run keys:reencrypt`, then, from a week on, `npm run keys:rotate -- --retire`.',
  retire: 'Next: have every server read the new text.',
};

/**
 * Takes all given rings through one phase of a rotation, or none when one of them fails. New rings go
 * into the files that hold them.
 *
 * @throws {ConfigError} when a phase is not due, or a ring cannot be read or written
 */
export async function rotateKeys(
  phase: RotationPhase,
  { env, names }: { readonly env: NodeJS.ProcessEnv; readonly names: readonly RingName[] },
  tools: RotationTools,
): Promise<RotationOutcome> {
  const config = await loadConfig(env);
  const areRowsConcerned = phase === 'retire' && names.includes('MFA_SECRET_KEYS');
  const needs = areRowsConcerned ? await tools.countNeeds(config) : [];
  const turns = await Promise.all(
    names.map((name) => {
      const given = givenPlace(name, env);
      const place = given ?? developmentPlace(name, config.dataDirectory);
      const keyManagement = given === null ? null : givenKeyManagement(env);
      return turnOf(phase, { name, place, keyManagement, config, needs }, tools);
    }),
  );
  for (const { place, ring } of turns) place.write?.(keyEntriesText(ring));
  return outcomeOf(phase, turns);
}

interface Present {
  readonly name: RingName;
  readonly place: KeyPlace;
  readonly keyManagement: KeyManagement | null;
  readonly config: ServerConfig;
  readonly needs: readonly ServerKeyNeed[];
}

async function turnOf(phase: RotationPhase, present: Present, tools: RotationTools): Promise<Turn> {
  const { name, place, keyManagement } = present;
  const ring = readRing(name, place);
  if (phase === 'retire') return retirementOf(ring, present, tools.clock.now());
  if (phase === 'promote') {
    const promoted = promote(name, ring, tools.clock.now());
    const advice = [`${name}: the key "${promoted[0]?.id}" comes first.`];
    return { name, place, ring: promoted, advice, isComplete: true };
  }
  const key = await wrapKey(generateKey(name, tools.random), keyManagement);
  const advice = [`${name}: the key "${key.id}" is added; it reads and is not used for new data.`];
  return { name, place, ring: addNext(name, ring, key), advice, isComplete: true };
}

function retirementOf(before: Ring, { name, place, config, needs }: Present, now: Date): Turn {
  const lifeSeconds = longestLife(name, config);
  const { ring, removed, kept } = retire(
    before,
    // Rows need no key of a ring that signs.
    (key) =>
      (name === 'JWT_KEYS' ? null : whyRowsNeed(key, needs)) ??
      whyTokensNeed(key, lifeSeconds, now),
  );
  const advice = [
    ...removed.map(({ id }) => `${name}: the key "${id}" is removed.`),
    ...kept.map(({ key, reason }) => `${name}: the key "${key.id}" stays: ${reason}`),
    ...(removed.length + kept.length === 0 ? [`${name}: it has no older key.`] : []),
  ];
  return { name, place, ring, advice, isComplete: kept.length === 0 };
}

/** The longest life of the tokens and links that a ring makes and no row counts. */
function longestLife(name: RingName, config: ServerConfig): number {
  const { passwordResetTokenExpirySeconds, notMeLinkSeconds, mfa } = config;
  return name === 'JWT_KEYS'
    ? Math.max(ACCESS_TOKEN_SECONDS, passwordResetTokenExpirySeconds, VERIFICATION_LINK_SECONDS)
    : Math.max(notMeLinkSeconds, mfa.ephemeralTokenExpirySeconds ?? 0);
}

function outcomeOf(phase: RotationPhase, turns: readonly Turn[]): RotationOutcome {
  const written = turns.filter(({ place }) => place.write !== null);
  return {
    lines: turns
      .filter(({ place }) => place.write === null)
      .map(({ name, ring }) => `${name}=${keyEntriesText(ring)}`),
    advice: [
      ...turns.flatMap(({ advice }) => advice),
      ...written.map(({ place }) => `Written: ${place.name}.`),
      NEXT_STEP[phase],
    ],
    isComplete: turns.every(({ isComplete }) => isComplete),
  };
}
