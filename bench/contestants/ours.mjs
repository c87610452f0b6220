import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import argon2 from '@node-rs/argon2';
import { startChildServer } from '../../scripts/child-server.mjs';
import { UsageError } from '../command.mjs';
import { hashAlone, runnerOf, SECOND_STEPS, USER_AGENT } from '../measure.mjs';
import { PASSWORD, randomBackupCode } from '../works.mjs';

/**
 * @typedef {import('../contestants.mjs').Contestant} Contestant
 * @typedef {Awaited<ReturnType<typeof makeOurKeys>>} Keys
 * @typedef {Contestant & Required<Pick<Contestant, 'start' | 'openSeeder'>> & {keys: Keys}} Ours
 * @typedef {{subjectId: string, methodId: string, secret: Buffer}} Enrolment
 */

const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The settings of our server that differ from the defaults of production. */
export const OUR_SETTINGS = {
  NODE_ENV: 'production',
  RATE_LIMIT_PER_MINUTE: '1000000',
  SESSION_READS_PER_MINUTE: '1000000',
  SUBJECT_READS_PER_MINUTE: '1000000',
  SESSION_WRITES_PER_MINUTE: '1000000',
  SUBJECT_WRITES_PER_MINUTE: '1000000',
  PUBLIC_URL: 'http://localhost:3000',
  // Never used: nothing measured sends a mail.
  SMTP_URL: 'smtp://127.0.0.1:9',
};

/** The server's defaults for `PASSWORD_HASH_MEMORY_KIB` and `PASSWORD_HASH_PASSES`. */
const HASH_WORK = { memoryKib: 19_456, passes: 2 };

/** The password check of our sign-in as a row of the report. */
export const OUR_HASH_ALONE = 'argon2id alone';

/**
 * The built server.
 *
 * @param {import('../command.mjs').Database} database
 * @returns {Promise<Ours>}
 * @throws {UsageError} when there is no build
 */
export async function ours({ url, client, signal }) {
  if (!existsSync(SERVER)) throw new UsageError('There is no built server: run `npm run build`.');
  const keys = await makeOurKeys();
  const env = { ...keys, ...OUR_SETTINGS, DATABASE_URL: url };
  return {
    id: 'ours',
    name: 'ours',
    keys,
    works: ['sign-in', ...SECOND_STEPS],
    start: (more = {}) => startChildServer(SERVER, { ...env, ...more }, signal),
    openSeeder: () => openOurSeeder(client, keys),
    run: runnerOf(requestTo, expectsOf),
  };
}

/** The password check of our sign-in alone. */
export async function ourHashAlone() {
  const { memoryKib: memoryCost, passes: timeCost } = HASH_WORK;
  const hash = await argon2.hash(PASSWORD, { memoryCost, timeCost, parallelism: 1 });
  return hashAlone(OUR_HASH_ALONE, () => argon2.verify(hash, PASSWORD));
}

/**
 * @param {import('../works.mjs').Work} work
 * @param {import('../works.mjs').Ticket} login
 * @returns {import('../measure.mjs').Sending}
 */
function requestTo({ codeOf }, login) {
  if (codeOf === undefined) {
    return { path: '/api/auth/login/', body: { username: login.username, password: PASSWORD } };
  }
  const body = { ephemeral_token: login.token, code: codeOf(login) };
  return { path: '/api/auth/login/verify/', body };
}

/** @param {import('../works.mjs').Work} work */
function expectsOf({ id }) {
  if (id === 'sign-in') return { status: 200, text: '"ephemeral_token":' };
  return id.startsWith('wrong')
    ? { status: 400, text: '"invalid_code"' }
    : { status: 200, text: '"access":' };
}

/** Seeding needs no turn in a line of its own. */
const ANYBODY = { subject: { id: 'anybody' }, client: { ip: null } };
const DIST = new URL('../../dist/', import.meta.url);

const INSERT = `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $7::text[])
      AS given(user_id, method_id, challenge_id, state, lookup)
  ), account AS (
    INSERT INTO mfa_accounts (user_id, version) SELECT user_id, 1 FROM given
  ), method AS (
    INSERT INTO mfa_methods (user_id, id, handler, is_active, is_primary, created_at, confirmed_at,
      activated_at, activation, activated_version, state, state_version)
    SELECT user_id, method_id, 'app', true, true, $6, $6, $6, 0, 1, state, $5 FROM given
  ), challenge AS (
    INSERT INTO mfa_challenges (user_id, id, purpose, method_id, handler, proofs, provider,
      credentials_version, created_at, expires_at, account_version)
    SELECT user_id, challenge_id, 'login', method_id, 'app', '[]', 'local', user_id,
      now(), now() + interval '1 day', 1
    FROM given
  ), backup_code AS (
    INSERT INTO mfa_backup_codes (user_id, lookup, hash, set_id, created_at)
    SELECT user_id, CASE number WHEN 1 THEN lookup ELSE md5(user_id::text || number) END, $8,
      method_id::uuid, now()
    FROM given, generate_series(1, 5) AS number
  ), event AS (
    INSERT INTO mfa_events (user_id, id, at, type)
    SELECT user_id, challenge_id::uuid, now(), 'login_succeeded' FROM given
  ), device AS (
    INSERT INTO known_devices (user_id, user_agent, first_seen_at, last_seen_at)
    SELECT user_id, $10, $6, $6 FROM given
  )
  INSERT INTO users (id, username, username_key, first_name, last_name, password_hash, credentials_version,
    created_at)
  SELECT user_id, 'bench-' || user_id, 'bench-' || user_id, '', '', $9, user_id, now()
  FROM given`;

/** New keys for our server, as its environment takes them. */
export async function makeOurKeys() {
  /** @type {typeof import('../../src/server/config/keys/generate-keys.js')} */
  const { generateKeys } = await load('server/config/keys/generate-keys.js');
  /** @type {typeof import('../../src/mfa/contract/random.js')} */
  const { SystemRandomSource } = await load('mfa/contract/random.js');
  return { ...generateKeys(new SystemRandomSource()) };
}

/**
 * Returns a function that makes users with a password, one authenticator app, backup codes, one
 * open login, and an earlier sign-in with the same program. The built server's own code seals and
 * signs, so that no format is repeated here. All users have the same password and backup code, so
 * that each is hashed once, at the cost of production.
 *
 * @param {import('pg').Client} database migrated by the server
 * @param {Keys} keys
 * @returns {Promise<import('../contestants.mjs').Seeder>}
 */
export async function openOurSeeder(database, keys) {
  const { random, codes, signToken, stateVersion, ...parts } = await loadParts(keys);
  // Before any login is opened: a login must not be older than its method's activation.
  const boundAt = new Date(Date.now() - 60_000);
  const makeUser = () => ({
    subjectId: random.rowId(),
    methodId: random.rowId(),
    id: random.rowId(),
    secret: randomBytes(20),
  });
  const backupCode = randomBackupCode();
  const [sealed] = await codes.seal(ANYBODY, [backupCode]);
  const passwordHash = await parts.hashPassword(PASSWORD);
  return async (count) => {
    const users = Array.from({ length: count }, makeUser);
    await database.query(INSERT, [
      users.map(({ subjectId }) => subjectId),
      users.map(({ methodId }) => methodId),
      users.map(({ id }) => id),
      users.map((user) => parts.sealState(user, boundAt)),
      stateVersion,
      boundAt,
      users.map(({ subjectId }) => codes.tags(subjectId, backupCode)[0]),
      sealed?.hash,
      passwordHash,
      USER_AGENT,
    ]);
    /** @type {(user: ReturnType<typeof makeUser>) => Promise<import('../works.mjs').Ticket>} */
    const loginOf = async (user) => ({
      username: `bench-${user.subjectId}`,
      token: await signToken(user),
      secret: user.secret,
      backupCode,
    });
    return Promise.all(users.map(loginOf));
  };
}

/**
 * The parts of the built server that write its stored forms.
 *
 * @param {Pick<Keys, 'MFA_SECRET_KEYS'>} keys
 */
export async function loadParts({ MFA_SECRET_KEYS }) {
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
    sealState: stateSealer(new SealedRows(new PayloadCipher(keys, random)), {
      random,
      totp: new Totp(await import('otplib')),
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
 * @param {{random: import('../../src/mfa/contract/random.js').RandomSource,
 *   totp: import('../../src/mfa/handlers/app/totp.js').Totp}} parts
 */
function stateSealer(rows, { random, totp }) {
  /** @type {(enrolment: Enrolment, boundAt: Date) => Buffer} */
  return ({ subjectId, methodId, secret }, boundAt) => {
    const parameters = { algorithm: 'SHA1', digits: 6, periodSeconds: 30, usedSteps: [] };
    const authenticator = {
      id: random.rowId(),
      label: 'Phone',
      state: { secret: totp.encodeSecret(secret), ...parameters },
      ...{
        createdAt: boundAt,
        setUpIn: null,
        boundAt,
        confirmedAt: boundAt,
        confirmedIn: 0,
        lastUsedAt: null,
      },
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
