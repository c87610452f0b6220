import { randomBytes } from 'node:crypto';
import { randomBackupCode } from './codes.mjs';
import { USER_AGENT } from './client.mjs';
import { PASSWORD } from './works.mjs';

/** The server's default for `PASSWORD_HASH_COST`. */
export const PASSWORD_HASH_COST = 12;
/** Nobody waits for what is seeded. */
const ANYBODY = { subject: { id: 'anybody' }, client: { ip: null } };
const DIST = new URL('../dist/', import.meta.url);

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
  const { generateKeys } = await load('server/config/generate-keys.js');
  const { SystemRandomSource } = await load('mfa/kit/random.js');
  return { ...generateKeys(new SystemRandomSource()) };
}

/**
 * Gives what makes users with a password, one authenticator app, backup codes, one open login, and a
 * sign-in with the same program before it. The built server's own code seals and signs, so that its form is nowhere repeated. All have
 * the same password and backup code, so that each is hashed once, at the cost of production.
 *
 * @param {import('pg').Client} database migrated by the server
 * @param {{MFA_SECRET_KEYS: string}} keys
 * @returns {Promise<(count: number) =>
 *   Promise<{username: string, token: string, secret: Buffer, backupCode: string}[]>>}
 */
export async function openOurSeeder(database, keys) {
  const { random, codes, signToken, stateVersion, ...parts } = await loadParts(keys);
  // Before any login was opened: one that works is no older than its method's activation.
  const boundAt = new Date(Date.now() - 60_000);
  const makeUser = () => ({
    subjectId: random.rowId(),
    methodId: random.rowId(),
    id: random.rowId(),
    secret: randomBytes(20),
  });
  const backupCode = randomBackupCode();
  const [{ hash: backupHash }] = await codes.seal(ANYBODY, [backupCode]);
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
      backupHash,
      passwordHash,
      USER_AGENT,
    ]);
    const loginOf = async (user) => ({
      username: `bench-${user.subjectId}`,
      token: await signToken(user),
      secret: user.secret,
      backupCode,
    });
    return Promise.all(users.map(loginOf));
  };
}

/** The parts of the built server that write what it reads. */
export async function loadParts({ MFA_SECRET_KEYS }) {
  const { secretKeyRing } = await load('server/config/key-formats.js');
  const { resolveMfaOptions } = await load('mfa/mfa.options.js');
  const { KeyRing } = await load('mfa/core/key-ring.js');
  const { BackupCodes } = await load('mfa/core/backup-codes.js');
  const { EphemeralTokens } = await load('mfa/core/ephemeral-token.js');
  const { PayloadCipher } = await load('mfa/persistence/payload-cipher.js');
  const { SealedRows } = await load('mfa/persistence/stores/rows.js');
  const { SystemRandomSource } = await load('mfa/kit/random.js');
  const { SystemClock } = await load('mfa/kit/clock.js');
  const { Totp } = await load('mfa/handlers/app/totp.js');
  const { APP_STATE_VERSION } = await load('mfa/handlers/app/app.state.js');
  const { PasswordHasher } = await load('server/users/password-hasher.js');
  const options = resolveMfaOptions({ secretKeys: secretKeyRing.read(MFA_SECRET_KEYS) });
  const keys = new KeyRing(options);
  const random = new SystemRandomSource();
  const tokens = new EphemeralTokens(keys, new SystemClock());
  const hasher = new PasswordHasher({
    passwordHashCost: PASSWORD_HASH_COST,
    passwordHashesAtOnce: 1,
  });
  return {
    random,
    codes: new BackupCodes(options, random, keys),
    sealState: stateSealer(new SealedRows(new PayloadCipher(keys, random)), {
      random,
      totp: new Totp(await import('otplib')),
    }),
    signToken: (user) => tokens.sign({ ...user, expiresAt: inOneDay() }, 'login'),
    hashPassword: (password) => hasher.hash(password, { subject: 'anybody', ip: null }),
    stateVersion: APP_STATE_VERSION,
  };
}

function stateSealer(rows, { random, totp }) {
  return ({ subjectId, methodId, secret }, boundAt) => {
    const parameters = { algorithm: 'SHA1', digits: 6, periodSeconds: 30, usedSteps: [] };
    const authenticator = {
      id: random.rowId(),
      label: 'Phone',
      payload: { secret: totp.encodeSecret(secret), ...parameters },
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

function load(path) {
  return import(new URL(path, DIST).href);
}

function inOneDay() {
  return new Date(Date.now() + 24 * 3600 * 1000);
}
