import { Buffer } from 'node:buffer';
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import bcrypt from 'bcrypt';
import { uuidv7 } from 'uuidv7';
import { startChildServer } from '../../scripts/child-server.mjs';
import { runnerOf } from '../measure.mjs';
import { randomBackupCode, SECOND_STEPS } from '../works.mjs';

/** @typedef {import('../contestants.mjs').Contestant} Contestant */

const SERVER = fileURLToPath(new URL('../floor.mjs', import.meta.url));

/**
 * The floor as described in `floor.mjs`.
 *
 * @param {import('../command.mjs').Database} database
 */
export function floor(database) {
  return makeFloor({ id: 'floor', name: 'floor', works: SECOND_STEPS }, database);
}

/**
 * The floor with an audit event for each wrong code, as ours writes one. Right codes are the same
 * for both floors.
 *
 * @param {import('../command.mjs').Database} database
 */
export function auditedFloor(database) {
  const works = SECOND_STEPS.filter((id) => id.startsWith('wrong'));
  return makeFloor({ id: 'floor-audited', name: 'floor + failure event', works }, database);
}

/**
 * @param {Pick<Contestant, 'id' | 'name' | 'works'>} about
 * @param {import('../command.mjs').Database} database
 * @returns {Promise<Contestant>}
 */
async function makeFloor(about, { url, client, signal }) {
  const keys = makeFloorKeys();
  await createFloorTables(client);
  const auditsFailures = String(about.id === 'floor-audited');
  const env = { ...keys, DATABASE_URL: url, FLOOR_AUDITS_FAILURES: auditsFailures };
  return {
    ...about,
    start: (more = {}) => startChildServer(SERVER, { ...env, ...more }, signal),
    openSeeder: () => openFloorSeeder(client, keys),
    run: runnerOf(requestTo, expectsOf),
  };
}

/**
 * @param {import('../works.mjs').Work} work
 * @param {import('../works.mjs').Ticket} login
 * @returns {import('../measure.mjs').Sending}
 */
function requestTo({ codeOf }, login) {
  const body = { ephemeral_token: login.token, code: codeOf?.(login) };
  return { path: '/api/auth/login/verify/', body };
}

/** @param {import('../works.mjs').Work} work */
function expectsOf({ id }) {
  return id.startsWith('wrong')
    ? { status: 400, text: '"invalid_code"' }
    : { status: 200, text: '"access":' };
}

/** As in our server. */
const BACKUP_CODE_HASH_COST = 10;

const TABLES = `
  CREATE TABLE IF NOT EXISTS floor_methods (
    user_id text NOT NULL, id uuid NOT NULL, state bytea NOT NULL,
    last_step integer NOT NULL DEFAULT 0, PRIMARY KEY (user_id, id)
  ) WITH (fillfactor = 70);
  CREATE TABLE IF NOT EXISTS floor_challenges (
    user_id text NOT NULL, id text NOT NULL, method_id uuid NOT NULL,
    attempts integer NOT NULL DEFAULT 0, expires_at timestamptz NOT NULL,
    consumed_at timestamptz, PRIMARY KEY (user_id, id)
  ) WITH (fillfactor = 70);
  CREATE TABLE IF NOT EXISTS floor_backup_codes (
    user_id text NOT NULL, lookup text NOT NULL, hash text NOT NULL, spent_at timestamptz,
    PRIMARY KEY (user_id, lookup)
  );
  CREATE TABLE IF NOT EXISTS floor_sessions (
    user_id text NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, PRIMARY KEY (user_id, id)
  );
  CREATE TABLE IF NOT EXISTS floor_events (
    user_id text NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, type text NOT NULL,
    ip text, user_agent text, PRIMARY KEY (user_id, id)
  )`;

const INSERT = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::text[])
      AS given(user_id, method_id, challenge_id, state, lookup)
  ), method AS (
    INSERT INTO floor_methods (user_id, id, state) SELECT user_id, method_id, state FROM given
  ), backup_code AS (
    INSERT INTO floor_backup_codes (user_id, lookup, hash)
    SELECT user_id, CASE number WHEN 1 THEN lookup ELSE md5(user_id || number) END, $6
    FROM given, generate_series(1, 5) AS number
  )
  INSERT INTO floor_challenges (user_id, id, method_id, expires_at)
  SELECT user_id, challenge_id, method_id, now() + interval '1 day' FROM given`;

/** New keys for the floor, as its environment takes them. */
function makeFloorKeys() {
  const makeKey = () => randomBytes(32).toString('base64url');
  return { FLOOR_STATE_KEY: makeKey(), FLOOR_TOKEN_KEY: makeKey() };
}

/** @param {import('pg').Client} database */
async function createFloorTables(database) {
  await database.query(TABLES);
}

/**
 * Returns a function that makes users with one authenticator app, backup codes and one open login
 * each, as `floor.mjs` reads them. All have the same backup code, so that it is hashed once.
 *
 * @param {import('pg').Client} database
 * @param {ReturnType<typeof makeFloorKeys>} keys
 * @returns {Promise<import('../contestants.mjs').Seeder>}
 */
async function openFloorSeeder(database, keys) {
  const stateKey = Buffer.from(keys.FLOOR_STATE_KEY, 'base64url');
  const tokenKey = Buffer.from(keys.FLOOR_TOKEN_KEY, 'base64url');
  const backupCode = randomBackupCode();
  const backupHash = await bcrypt.hash(backupCode, BACKUP_CODE_HASH_COST);
  /** @param {string} userId */
  const tagOf = (userId) =>
    createHmac('sha256', stateKey).update(`${userId}\n${backupCode}`).digest('base64url');
  return async (count) => {
    const users = Array.from({ length: count }, makeUser);
    await database.query(INSERT, [
      users.map(({ userId }) => userId),
      users.map(({ methodId }) => methodId),
      users.map(({ challengeId }) => challengeId),
      users.map(({ userId, secret }) => encrypt(secret, userId, stateKey)),
      users.map(({ userId }) => tagOf(userId)),
      backupHash,
    ]);
    return users.map((user) => ({
      token: sign(user, tokenKey),
      secret: user.secret,
      backupCode,
    }));
  };
}

function makeUser() {
  return {
    userId: uuidv7(),
    methodId: uuidv7(),
    challengeId: uuidv7(),
    secret: randomBytes(20),
  };
}

/**
 * An HS256 token for one day.
 *
 * @param {ReturnType<typeof makeUser>} user
 * @param {Buffer} key
 */
function sign({ userId, challengeId }, key) {
  const exp = Math.floor(Date.now() / 1000) + 24 * 3600;
  const signed = [{ alg: 'HS256' }, { sub: userId, jti: challengeId, exp }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/**
 * @param {Buffer} secret
 * @param {string} userId
 * @param {Buffer} key
 */
function encrypt(secret, userId, key) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(userId));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}
