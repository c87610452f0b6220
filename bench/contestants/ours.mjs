import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import argon2 from '@node-rs/argon2';
import { startChildServer } from '../../scripts/child-server.mjs';
import { UsageError } from '../command.mjs';
import { hashAlone, runnerOf } from '../measure.mjs';
import { OUR_HASH_ALONE, PASSWORD, WORKS } from '../works.mjs';
import { loadKeyMaker, openMailbox, stepOf, walkTo } from './our-requests.mjs';
import { openOurSeeder } from './seed-ours.mjs';

/**
 * @typedef {import('../contestants.mjs').Contestant} Contestant
 * @typedef {import('../works.mjs').Work} Work
 * @typedef {import('./seed-ours.mjs').MethodOwner} MethodOwner
 * @typedef {import('./seed-ours.mjs').MethodsOf} MethodsOf
 * @typedef {Awaited<ReturnType<typeof loadParts>>} Parts
 * @typedef {Contestant & Required<Pick<Contestant, 'start' | 'openSeeder'>> & {parts: Parts}} Ours
 */

const DIST = new URL('../../dist/', import.meta.url);
const SERVER = fileURLToPath(new URL('main.js', DIST));
const PUBLIC_URL = 'http://localhost:3000';
/** The server's defaults for `PASSWORD_HASH_MEMORY_KIB` and `PASSWORD_HASH_PASSES`. */
const HASH_WORK = { memoryKib: 19_456, passes: 2 };
const PLENTY = '1000000';

/** The settings of our server that differ from the defaults of production. */
const OUR_SETTINGS = {
  NODE_ENV: 'production',
  RATE_LIMIT_PER_MINUTE: PLENTY,
  SESSION_READS_PER_MINUTE: PLENTY,
  SUBJECT_READS_PER_MINUTE: PLENTY,
  SESSION_WRITES_PER_MINUTE: PLENTY,
  SUBJECT_WRITES_PER_MINUTE: PLENTY,
  MAX_SENDS_PER_HOUR: PLENTY,
  MFA_MAX_SENDS_PER_NETWORK: PLENTY,
  MFA_HANDLERS: 'app,email,webauthn',
  PUBLIC_URL,
};

/**
 * The built server. `before` takes this function from earlier commits.
 *
 * @param {import('../command.mjs').Database} database
 * @returns {Promise<Ours>}
 * @throws {UsageError} when there is no build
 */
export async function ours({ url, client, signal, cleanup }) {
  if (!existsSync(SERVER)) throw new UsageError('There is no built server: run `npm run build`.');
  const keys = await makeOurKeys();
  const parts = await loadParts(keys);
  const mailbox = await openMailbox(cleanup);
  const env = { ...keys, ...OUR_SETTINGS, SMTP_URL: mailbox.url, DATABASE_URL: url };
  return {
    id: 'ours',
    name: 'ours',
    parts,
    works: WORKS.map(({ id }) => id),
    start: (more = {}) => startChildServer(SERVER, { ...env, ...more }, signal),
    openSeeder: async ({ port }) => {
      const seed = await openOurSeeder(client, parts);
      const makeKey = await loadKeyMaker(PUBLIC_URL);
      return async (count, work) => {
        const tickets = await seed(count, methodsFor(work, { ...parts, makeKey }));
        await walkTo(tickets, work, { port, signal, mailbox });
        return tickets;
      };
    },
    run: runnerOf(
      ({ id }, ticket) => stepOf(id).requestTo(ticket),
      ({ id }) => stepOf(id).expects,
    ),
  };
}

/** The password check of our sign-in alone. */
export async function ourHashAlone() {
  const { memoryKib: memoryCost, passes: timeCost } = HASH_WORK;
  const hash = await argon2.hash(PASSWORD, { memoryCost, timeCost, parallelism: 1 });
  return hashAlone(OUR_HASH_ALONE, () => argon2.verify(hash, PASSWORD));
}

/** The works whose users have no second factor yet. */
const SET_UPS = ['enrol', 'confirm'];
/** The works whose users have several. */
const OF_SEVERAL = ['send', 'sent', 'webauthn'];

/**
 * The methods of a work's users, if they have any.
 *
 * @param {Work} work
 * @param {Pick<Parts, 'random' | 'appState'> & {makeKey: Awaited<ReturnType<typeof loadKeyMaker>>}} parts
 * @returns {MethodsOf | undefined}
 */
function methodsFor({ id }, { random, appState, makeKey }) {
  if (SET_UPS.includes(id)) return undefined;
  return ({ subjectId, methodId, ticket }) => {
    const app = { handler: 'app', id: methodId, state: appState(ticket.secret) };
    if (!OF_SEVERAL.includes(id)) return [app];
    const { key, credential } = makeKey();
    const address = `${subjectId}@bench.example`;
    Object.assign(ticket, { key, address });
    return [
      app,
      { handler: 'email', id: random.rowId(), state: { address } },
      { handler: 'webauthn', id: random.rowId(), state: { credential } },
    ];
  };
}

/** New keys for our server, as its environment takes them. */
async function makeOurKeys() {
  /** @type {typeof import('../../src/server/config/keys/generate-keys.js')} */
  const { generateKeys } = await load('server/config/keys/generate-keys.js');
  /** @type {typeof import('../../src/mfa/contract/random.js')} */
  const { SystemRandomSource } = await load('mfa/contract/random.js');
  return { ...generateKeys(new SystemRandomSource()) };
}

/**
 * The parts of the built server that write its stored forms.
 *
 * @param {{MFA_SECRET_KEYS: string}} keys
 */
async function loadParts({ MFA_SECRET_KEYS }) {
  /** @type {typeof import('../../src/server/config/keys/key-formats.js')} */
  const { secretKeyRing } = await load('server/config/keys/key-formats.js');
  /** @type {typeof import('../../src/mfa/core/options/mfa.options.js')} */
  const { resolveMfaOptions } = await load('mfa/core/options/mfa.options.js');
  /** @type {typeof import('../../src/mfa/core/keys/key-ring.js')} */
  const { KeyRing } = await load('mfa/core/keys/key-ring.js');
  /** @type {typeof import('../../src/mfa/core/ceremony/backup-codes.js')} */
  const { BackupCodes } = await load('mfa/core/ceremony/backup-codes.js');
  /** @type {typeof import('../../src/mfa/core/keys/ephemeral-token.js')} */
  const { EphemeralTokens } = await load('mfa/core/keys/ephemeral-token.js');
  /** @type {typeof import('../../src/mfa/persistence/sealing/payload-cipher.js')} */
  const { PayloadCipher } = await load('mfa/persistence/sealing/payload-cipher.js');
  /** @type {typeof import('../../src/mfa/persistence/stores/rows.js')} */
  const { SealedRows } = await load('mfa/persistence/stores/rows.js');
  /** @type {typeof import('../../src/mfa/contract/random.js')} */
  const { SystemRandomSource } = await load('mfa/contract/random.js');
  /** @type {typeof import('../../src/mfa/contract/clock.js')} */
  const { SystemClock } = await load('mfa/contract/clock.js');
  /** @type {typeof import('../../src/mfa/handlers/app/totp.js')} */
  const { Totp } = await load('mfa/handlers/app/totp.js');
  /** @type {typeof import('../../src/mfa/handlers/app/app.state.js')} */
  const { APP_STATE_VERSION } = await load('mfa/handlers/app/app.state.js');
  /** @type {typeof import('../../src/server/identity/password-hasher.js')} */
  const { PasswordHasher } = await load('server/identity/password-hasher.js');
  /** @type {typeof import('../../src/server/identity/hashes/load-argon2id.js')} */
  const { loadArgon2id } = await load('server/identity/hashes/load-argon2id.js');
  const totp = new Totp(await import('otplib'));
  const options = resolveMfaOptions({
    secretKeys: secretKeyRing.safeParse(MFA_SECRET_KEYS).data ?? [],
  });
  const keys = new KeyRing(options);
  const random = new SystemRandomSource();
  const tokens = new EphemeralTokens(keys, new SystemClock());
  const costs = { passwordHashWork: HASH_WORK, passwordHashesAtOnce: 1 };
  // Making a hash reads these two settings alone, and asks no census.
  const [settings, census] = /** @type {any[]} */ ([costs, null]);
  const hasher = new PasswordHasher(settings, await loadArgon2id(), census, random);
  return {
    random,
    codes: new BackupCodes(options, random, keys),
    sealState: stateSealer(new SealedRows(new PayloadCipher(keys, random)), random),
    /** @param {Buffer} secret */
    appState: (secret) => ({
      ...{ secret: totp.encodeSecret(secret), usedSteps: [] },
      ...{ algorithm: 'SHA1', digits: 6, periodSeconds: 30 },
    }),
    /** @param {{subjectId: string, id: string}} login */
    signToken: (login) => tokens.sign({ ...login, expiresAt: inOneDay() }, 'login'),
    /** @param {string} password */
    hashPassword: (password) => hasher.hash(password, { subject: 'anybody', ip: null }),
    stateVersion: APP_STATE_VERSION,
  };
}

/**
 * @param {import('../../src/mfa/persistence/stores/rows.js').SealedRows} rows
 * @param {import('../../src/mfa/contract/random.js').RandomSource} random
 */
function stateSealer(rows, random) {
  /** @type {(method: MethodOwner, state: object, boundAt: Date) => Buffer} */
  return ({ subjectId, methodId }, state, boundAt) => {
    const times = { createdAt: boundAt, setUpIn: null, boundAt, confirmedAt: boundAt };
    const authenticator = {
      ...{ id: random.rowId(), label: 'Phone', state },
      ...{ ...times, confirmedIn: 0, lastUsedAt: null },
    };
    return rows.sealAuthenticators([authenticator], { subjectId, id: methodId });
  };
}

/**
 * Loads a module of the built server. The types at each call are those of its source.
 *
 * @param {string} path
 */
function load(path) {
  return import(new URL(path, DIST).href);
}

function inOneDay() {
  return new Date(Date.now() + 24 * 3600 * 1000);
}
