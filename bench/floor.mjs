/*
 * The floor: the least work of an atomic and audited verification, with `node:http` and `pg` alone.
 * What a server adds to it is its price. It is not a server to run: it has one route, no locks over
 * several logins, no key rotation and no refresh token.
 */
import { Buffer } from 'node:buffer';
import {
  createDecipheriv,
  createHmac,
  generateKeyPairSync,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import bcrypt from 'bcrypt';
import { verify as verifyTotp } from 'otplib';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';

const { DATABASE_URL, HOST, PORT, FLOOR_STATE_KEY = '', FLOOR_TOKEN_KEY = '' } = process.env;
const stateKey = Buffer.from(FLOOR_STATE_KEY, 'base64url');
const tokenKey = Buffer.from(FLOOR_TOKEN_KEY, 'base64url');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const auditsFailures = process.env.FLOOR_AUDITS_FAILURES === 'true';
/** As many connections as our server has. */
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });

/**
 * @typedef {{id: string, state: Buffer, last_step: number, backup_hash: string | null}} Method
 * @typedef {(string | undefined)[]} Client its address and its program
 */

const SPEND = `
  UPDATE floor_challenges c SET attempts = c.attempts + 1
  FROM floor_methods m
  WHERE c.user_id = $1 AND c.id = $2 AND c.consumed_at IS NULL AND c.expires_at > now()
    AND c.attempts < 5 AND m.user_id = c.user_id AND m.id = c.method_id
  RETURNING m.id, m.state, m.last_step, (SELECT b.hash FROM floor_backup_codes b
    WHERE b.user_id = c.user_id AND b.lookup = $3 AND b.spent_at IS NULL) AS backup_hash`;

const SETTLE = `
  WITH challenge AS (
    UPDATE floor_challenges SET consumed_at = now()
    WHERE user_id = $1 AND id = $2 AND consumed_at IS NULL RETURNING user_id
  ), method AS (
    UPDATE floor_methods m SET last_step = $4 FROM challenge
    WHERE m.user_id = $1 AND m.id = $3 AND m.last_step < $4 RETURNING m.user_id
  ), session AS (
    INSERT INTO floor_sessions (user_id, id, created_at, expires_at)
    SELECT user_id, $5, now(), now() + interval '7 days' FROM method
  ), event AS (
    INSERT INTO floor_events (user_id, id, at, type, ip, user_agent)
    SELECT user_id, $6, now(), 'succeeded', $7, $8 FROM method
  )
  SELECT 1 FROM method`;

const SETTLE_BACKUP_CODE = `
  WITH challenge AS (
    UPDATE floor_challenges SET consumed_at = now()
    WHERE user_id = $1 AND id = $2 AND consumed_at IS NULL RETURNING user_id
  ), backup_code AS (
    UPDATE floor_backup_codes b SET spent_at = now() FROM challenge
    WHERE b.user_id = $1 AND b.lookup = $3 AND b.spent_at IS NULL RETURNING b.user_id
  ), session AS (
    INSERT INTO floor_sessions (user_id, id, created_at, expires_at)
    SELECT user_id, $4, now(), now() + interval '7 days' FROM backup_code
  ), event AS (
    INSERT INTO floor_events (user_id, id, at, type, ip, user_agent)
    SELECT user_id, $5, now(), 'succeeded', $6, $7 FROM backup_code
  )
  SELECT 1 FROM backup_code`;

const AUDIT_FAILURE = `
  INSERT INTO floor_events (user_id, id, at, type, ip, user_agent)
  VALUES ($1, $2, now(), 'failed', $3, $4)`;

/**
 * A named statement is parsed once per connection.
 *
 * @param {string} name
 * @param {string} statement
 * @param {unknown[]} values
 */
async function run(name, statement, values) {
  const { rows } = await pool.query({ name, text: statement, values });
  return rows[0];
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<[status: number, body: object]>}
 */
async function login(request) {
  const { ephemeral_token: token, code } = JSON.parse(await text(request));
  const { sub: userId, jti: challengeId } = readToken(token);
  const tag = /^\d{6}$/.test(code) ? null : tagOf(userId, code);
  const method = await run('spend', SPEND, [userId, challengeId, tag]);
  if (method === undefined) return [400, { code: 'invalid_token' }];
  const client = [request.socket.remoteAddress, request.headers['user-agent']];
  const settlement =
    tag === null
      ? await totpSettlement(userId, method, code)
      : await backupCodeSettlement(tag, method, code);
  if (settlement === null) return refuse(userId, client);
  const sessionId = uuidv7();
  const values = [userId, challengeId, ...settlement.values, sessionId, uuidv7(), ...client];
  const settled = await run(settlement.name, settlement.statement, values);
  if (settled === undefined) return [400, { code: 'invalid_token' }];
  return [200, { access: signAccess(userId, sessionId) }];
}

/**
 * @param {string} userId
 * @param {Client} client
 * @returns {Promise<[status: number, body: object]>}
 */
async function refuse(userId, client) {
  if (auditsFailures) await run('audit-failure', AUDIT_FAILURE, [userId, uuidv7(), ...client]);
  return [400, { code: 'invalid_code' }];
}

/**
 * @param {string} userId
 * @param {string} code
 */
function tagOf(userId, code) {
  return createHmac('sha256', stateKey).update(`${userId}\n${code}`).digest('base64url');
}

/**
 * The settlement of a right code, or null.
 *
 * @param {string} userId
 * @param {Method} method
 * @param {string} code
 */
async function totpSettlement(userId, method, code) {
  const step = await matchingStep(userId, method, code);
  if (step === null) return null;
  return { name: 'settle', statement: SETTLE, values: [method.id, step] };
}

/**
 * The one slow comparison, only for a code that was found by its tag.
 *
 * @param {string} tag
 * @param {Method} method
 * @param {string} code
 */
async function backupCodeSettlement(tag, { backup_hash: hash }, code) {
  if (hash === null || !(await bcrypt.compare(code, hash))) return null;
  return { name: 'settle-backup-code', statement: SETTLE_BACKUP_CODE, values: [tag] };
}

/**
 * The step of this code, or null.
 *
 * @param {string} userId
 * @param {Method} method
 * @param {string} code
 */
async function matchingStep(userId, { state, last_step: lastStep }, code) {
  const secret = decrypt(state, userId);
  /** @type {{valid: boolean, timeStep?: number}} */
  const result = await verifyTotp({ token: code, secret, epochTolerance: 30 });
  const { timeStep = 0 } = result;
  return result.valid && timeStep > lastStep ? timeStep : null;
}

/**
 * Layout: nonce (12 bytes), tag (16), cipher text.
 *
 * @param {Buffer} sealed
 * @param {string} userId
 */
function decrypt(sealed, userId) {
  const decipher = createDecipheriv('aes-256-gcm', stateKey, sealed.subarray(0, 12))
    .setAAD(Buffer.from(userId))
    .setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}

/** Tokens are signed and checked on this thread: waking another one costs more than the signature. */
const TOKEN_HEADER = base64Json({ alg: 'HS256' });
const ACCESS_HEADER = base64Json({ alg: 'ES256', typ: 'at+jwt' });

/**
 * @param {string} token
 * @returns {{sub: string, jti: string}}
 */
function readToken(token) {
  const [header, payload = '', signature = ''] = token.split('.');
  const mac = createHmac('sha256', tokenKey).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  const isOurs =
    header === TOKEN_HEADER && given.length === mac.length && timingSafeEqual(given, mac);
  if (!isOurs) throw new Error('It is not a token of this server.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  if (claims.exp * 1000 <= Date.now()) throw new Error('The token has expired.');
  return claims;
}

/**
 * @param {string} userId
 * @param {string} sessionId
 */
function signAccess(userId, sessionId) {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sid: sessionId, amr: ['pwd', 'otp', 'mfa'], sub: userId, iat, exp: iat + 300 };
  const signed = `${ACCESS_HEADER}.${base64Json(claims)}`;
  const how = { key: privateKey, dsaEncoding: /** @type {const} */ ('ieee-p1363') };
  return `${signed}.${sign('sha256', Buffer.from(signed), how).toString('base64url')}`;
}

/** @param {object} value */
function base64Json(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(request, response) {
  const [status, body] = request.method === 'POST' ? await login(request) : [200, {}];
  const json = JSON.stringify(body);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': json.length })
    .end(json);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
}).listen(Number(PORT), HOST);

process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});
