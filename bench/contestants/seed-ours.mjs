import { randomBytes } from 'node:crypto';
import { USER_AGENT } from '../client.mjs';
import { PASSWORD, randomBackupCode } from '../works.mjs';

/**
 * @typedef {Awaited<ReturnType<typeof makeOurKeys>>} Keys
 * @typedef {{subjectId: string, methodId: string}} MethodOwner
 */

/** The server's defaults for `PASSWORD_HASH_MEMORY_KIB` and `PASSWORD_HASH_PASSES`. */
export const HASH_WORK = { memoryKib: 19_456, passes: 2 };
/** Seeding needs no turn in a line of its own. */
const ANYBODY = { subject: { id: 'anybody' }, client: { ip: null } };
const DIST = new URL('../../dist/', import.meta.url);

const INSERT = `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
      AS given(user_id, method_id, challenge_id, lookup)
  ), protected AS (
    SELECT * FROM given WHERE method_id IN (SELECT unnest($9::uuid[]))
  ), account AS (
    INSERT INTO mfa_accounts (user_id, version) SELECT user_id, 1 FROM protected
  ), method AS (
    INSERT INTO mfa_methods (user_id, id, handler, is_active, is_primary, created_at, confirmed_at,
      activated_at, activation, activated_version, state, state_version)
    SELECT user_id, id, handler, true, handler = 'app', $5, $5, $5, 0, 1, state, $13
    FROM unnest($8::uuid[], $9::uuid[], $10::text[], $11::bytea[])
      AS method(user_id, id, handler, state)
  ), challenge AS (
    INSERT INTO mfa_challenges (user_id, id, purpose, method_id, handler, proofs, provider,
      credentials_version, created_at, expires_at, account_version)
    SELECT user_id, challenge_id, 'login', method_id, 'app', '[]', 'local:local', user_id,
      now(), now() + interval '1 day', 1
    FROM protected
  ), backup_code AS (
    INSERT INTO mfa_backup_codes (user_id, lookup, hash, set_id, created_at)
    SELECT user_id, CASE number WHEN 1 THEN lookup ELSE md5(user_id::text || number) END, $6,
      method_id, now()
    FROM protected, generate_series(1, 5) AS number
  ), event AS (
    INSERT INTO mfa_events (user_id, id, at, type)
    SELECT user_id, challenge_id::uuid, now(), 'login_succeeded' FROM protected
  ), device AS (
    INSERT INTO known_devices (user_id, user_agent, first_seen_at, last_seen_at)
    SELECT user_id, $12, $5, $5 FROM given
  )
  INSERT INTO users (id, username, username_key, first_name, last_name, password_hash, credentials_version,
    created_at)
  SELECT user_id, 'bench-' || user_id, 'bench-' || user_id, '', '', $7, user_id, now()
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
 * The methods of a user: their handlers, and the states of their authenticators.
 *
 * @typedef {(user: {subjectId: string, methodId: string, ticket: import('../works.mjs').Ticket}) =>
 *   Promise<{handler: string, id: string, state: object}[]>} MethodsOf
 */

/**
 * Returns a function that makes users with a password, the given methods, backup codes, one open
 * login by the app, and an earlier sign-in with the same program. The built server's own code seals
 * and signs, so that no format is repeated here. All users have the same password and backup code, so
 * that each is hashed once, at the cost of production.
 *
 * @param {import('pg').Client} database migrated by the server
 * @param {Awaited<ReturnType<typeof loadParts>>} parts of the server
 */
export async function openOurSeeder(database, { random, codes, signToken, ...parts }) {
  // Before any login is opened: a login must not be older than its method's activation.
  const boundAt = new Date(Date.now() - 60_000);
  const backupCode = randomBackupCode();
  const [sealed] = await codes.seal(ANYBODY, [backupCode]);
  const passwordHash = await parts.hashPassword(PASSWORD);
  const makeUser = async () => {
    const [subjectId, methodId, id] = [random.rowId(), random.rowId(), random.rowId()];
    /** @type {import('../works.mjs').Ticket} */
    const ticket = { username: `bench-${subjectId}`, secret: randomBytes(20), backupCode };
    ticket.token = await signToken({ subjectId, id });
    return { subjectId, methodId, id, ticket };
  };
  /** @type {(count: number, methodsOf: MethodsOf) => Promise<import('../works.mjs').Ticket[]>} */
  return async (count, methodsOf) => {
    const users = await Promise.all(Array.from({ length: count }, makeUser));
    const lists = await Promise.all(
      users.map(async (user) =>
        (await methodsOf(user)).map((method) => ({ ...method, subjectId: user.subjectId })),
      ),
    );
    const methods = lists.flat();
    await database.query(INSERT, [
      users.map(({ subjectId }) => subjectId),
      users.map(({ methodId }) => methodId),
      users.map(({ id }) => id),
      users.map(({ subjectId }) => codes.tags(subjectId, backupCode)[0]),
      boundAt,
      sealed?.hash,
      passwordHash,
      methods.map(({ subjectId }) => subjectId),
      methods.map(({ id }) => id),
      methods.map(({ handler }) => handler),
      methods.map(({ subjectId, id, state }) =>
        parts.sealState({ subjectId, methodId: id }, state, boundAt),
      ),
      USER_AGENT,
      // The states of all handlers are at the same version.
      parts.stateVersion,
    ]);
    return users.map(({ ticket }) => ticket);
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
