/*
 * Better Auth: what fills its tables, and, where this file is the program, the server: its handler on
 * `node:http`, as its documentation shows.
 */
import { Buffer } from 'node:buffer';
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { betterAuth } from 'better-auth';
import { hashPassword, makeSignature, symmetricEncrypt, verifyPassword } from 'better-auth/crypto';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { twoFactor } from 'better-auth/plugins';
import pg from 'pg';

/** As many connections as our server has. */
const MAX_CONNECTIONS = 10;

/**
 * Better Auth with its production defaults: sign-in by e-mail and password, its two-factor plugin,
 * PostgreSQL through its own adapter. Only the limits that would stop a single client are off, as
 * in ours.
 *
 * @param {{databaseUrl: string, secret: string, baseURL: string}} settings
 */
function makeAuth({ databaseUrl, secret, baseURL }) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: MAX_CONNECTIONS });
  const auth = betterAuth({
    appName: 'bench',
    baseURL,
    secret,
    database: pool,
    emailAndPassword: { enabled: true },
    plugins: [twoFactor()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  return { auth, pool };
}

const BACKUP_CODES = ['aaaaa-AAAA1', 'bbbbb-BBBB2', 'ccccc-CCCC3', 'ddddd-DDDD4', 'eeeee-EEEE5'];

const INSERT = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
      AS given(user_id, secret, backup_codes, challenge)
  ), account AS (
    INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
    SELECT user_id, user_id, 'credential', user_id, $5, now(), now() FROM given
  ), factor AS (
    INSERT INTO "twoFactor" (id, secret, "backupCodes", "userId", verified,
      "failedVerificationCount")
    SELECT user_id, secret, backup_codes, user_id, true, 0 FROM given
  ), challenge AS (
    INSERT INTO verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
    SELECT challenge, challenge, user_id, now() + interval '1 day', now(), now() FROM given
    UNION ALL
    SELECT 'attempts-' || challenge, '2fa-attempts-' || challenge, '0', now() + interval '1 day',
      now(), now()
    FROM given
  )
  INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt",
    "twoFactorEnabled")
  SELECT user_id, 'bench', user_id || '@bench.example', true, now(), now(), true FROM given`;

/**
 * Creates Better Auth's tables by its own migrations, and returns a function that makes users with
 * a password, one authenticator app, backup codes and one open login each, by its own encryption
 * functions.
 *
 * @param {import('pg').Client} database
 * @param {{databaseUrl: string, secret: string, password: string}} settings
 */
export async function openPeerSeeder(database, { databaseUrl, secret, password }) {
  const { auth, pool } = makeAuth({ databaseUrl, secret, baseURL: 'http://127.0.0.1' });
  await (await getMigrations(auth.options)).runMigrations();
  const { secretConfig, createAuthCookie } = await auth.$context;
  await pool.end();
  const cookieName = createAuthCookie('two_factor').name;
  const passwordHash = await hashPassword(password);
  const encrypt = (data) => symmetricEncrypt({ key: secretConfig, data });
  const makeUser = async () => {
    const key = randomBytes(16).toString('hex');
    const challenge = `2fa-${randomBytes(15).toString('base64url')}`;
    return {
      id: randomUUID(),
      key,
      challenge,
      secret: await encrypt(key),
      backupCodes: await encrypt(JSON.stringify(BACKUP_CODES)),
      cookie: `${cookieName}=${encodeURIComponent(`${challenge}.${await makeSignature(challenge, secret)}`)}`,
    };
  };
  return async (count) => {
    const users = await Promise.all(Array.from({ length: count }, makeUser));
    await database.query(INSERT, [
      users.map(({ id }) => id),
      users.map((user) => user.secret),
      users.map((user) => user.backupCodes),
      users.map(({ challenge }) => challenge),
      passwordHash,
    ]);
    return users.map(({ id, key, cookie }) => ({
      email: `${id}@bench.example`,
      cookie,
      // Better Auth computes codes over the text of the key.
      secret: Buffer.from(key),
      backupCode: BACKUP_CODES[0],
    }));
  };
}

/** The password check of a Better Auth sign-in alone. */
export async function openPasswordCheck(password) {
  const hash = await hashPassword(password);
  return () => verifyPassword({ hash, password });
}

async function serve({ DATABASE_URL, HOST, PORT, BETTER_AUTH_SECRET }) {
  const { auth, pool } = makeAuth({
    databaseUrl: DATABASE_URL,
    secret: BETTER_AUTH_SECRET,
    baseURL: `http://${HOST}:${PORT}`,
  });
  const handle = toNodeHandler(auth);
  await auth.$context;
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') response.end();
    else void handle(request, response);
  }).listen(Number(PORT), HOST);
  process.once('SIGTERM', () => {
    server.close(() => pool.end());
    server.closeAllConnections();
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(process.env);
