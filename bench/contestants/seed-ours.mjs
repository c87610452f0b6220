import { randomBytes, randomInt } from 'node:crypto';
import { USER_AGENT } from '../measure.mjs';
import { PASSWORD, randomBackupCode } from '../works.mjs';

/**
 * @typedef {import('./ours.mjs').Parts} Parts
 * @typedef {{subjectId: string, methodId: string}} MethodOwner
 * @typedef {Record<string, string | number | boolean | string[] | null | undefined>} Row values by their columns
 */

/**
 * @typedef {MethodOwner & {ticket: import('../works.mjs').Ticket}} User
 * @typedef {{handler: string, id: string, state: object}} Method its state is that of an authenticator
 * @typedef {(user: User) => Method[]} MethodsOf the first one is primary
 */

/** Seeding needs no turn in a line of its own. */
const ANYBODY = { subject: { id: 'anybody' }, client: { ip: null } };
const BACKUP_CODES_EACH = 5;
/** Rows of one statement. */
const BATCH = 5000;

/**
 * Returns a function that makes users with a password, the given methods (without them no second
 * factor), backup codes, one open login by the app, and an earlier sign-in with the same program. All
 * users have the same password and backup code, so that each is hashed once, at the cost of production.
 *
 * @param {import('pg').Client} database migrated by the server
 * @param {Parts} parts of the server
 */
export async function openOurSeeder(database, parts) {
  const { random, codes, signToken } = parts;
  // Before any login is opened: a login must not be older than its method's activation.
  const boundAt = new Date(Date.now() - 60_000);
  const backupCode = randomBackupCode();
  const [sealed] = await codes.seal(ANYBODY, [backupCode]);
  const passwordHash = await parts.hashPassword(PASSWORD);
  const makeUser = async () => {
    const [subjectId, methodId, id] = [random.rowId(), random.rowId(), random.rowId()];
    const token = await signToken({ subjectId, id });
    const username = `bench-${subjectId}`;
    return {
      subjectId,
      methodId,
      id,
      ticket: { username, token, secret: randomBytes(20), backupCode },
    };
  };
  /** @param {User} user */
  const codeOf = ({ subjectId }) => ({
    lookup: codes.tags(subjectId, backupCode)[0],
    hash: sealed?.hash,
  });
  /** @type {(count: number, methodsOf?: MethodsOf) => Promise<import('../works.mjs').Ticket[]>} */
  return async (count, methodsOf) => {
    const users = await Promise.all(Array.from({ length: count }, makeUser));
    await insertUsers(database, users, { boundAt, passwordHash });
    if (methodsOf !== undefined) {
      await insertFactors(database, users, { parts, boundAt, methodsOf, codeOf });
      await openLogins(database, users);
      const event = { at: new Date().toISOString(), type: 'login_succeeded' };
      await insert(database, 'mfa_events', users, ({ subjectId, id }) => [
        { user_id: subjectId, id, ...event },
      ]);
    }
    return users.map(({ ticket }) => ticket);
  };
}

/** Events of each user; ten million at the largest size. */
const EVENTS_EACH = 10;

/**
 * Fills the tables of our server in the order in which time fills them: the users, then the first
 * event of each, then the next event of each. The hashes of events are random, because nothing
 * measured reads more of a chain than its end.
 *
 * @param {import('pg').Client} database migrated by the server
 * @param {Parts} parts of the server
 * @param {number} count
 * @returns {Promise<{events: number, openLogins: import('../contestants.mjs').Seeder}>} `openLogins`
 *   opens logins of random users, each at most once until all have had one
 */
export async function fillOurs(database, parts, count) {
  const { random, appState, signToken } = parts;
  const secret = randomBytes(20);
  const boundAt = new Date(Date.now() - 3600_000);
  const users = Array.from({ length: count }, () => {
    const [subjectId, methodId] = [random.rowId(), random.rowId()];
    return { subjectId, methodId, ticket: { secret }, hash: bytea(randomBytes(32)) };
  });
  await insertUsers(database, users, { boundAt, passwordHash: 'never compared' });
  await insertFactors(database, users, {
    ...{ parts, boundAt },
    methodsOf: ({ methodId }) => [{ handler: 'app', id: methodId, state: appState(secret) }],
    codeOf: () => ({ lookup: randomBytes(32).toString('base64url'), hash: 'never compared' }),
  });
  const about = { at: boundAt.toISOString(), type: 'second_factor_succeeded', factor: 'app' };
  const client = { ip: '192.0.2.1', user_agent: 'Mozilla/5.0 (X11; Linux x86_64)' };
  // The trigger would chain the events one by one.
  await database.query('ALTER TABLE mfa_events DISABLE TRIGGER USER');
  for (let seq = 1; seq <= EVENTS_EACH; seq += 1) {
    await insert(database, 'mfa_events', users, ({ subjectId, hash }) => [
      { user_id: subjectId, seq, id: random.rowId(), ...about, ...client, hash },
    ]);
  }
  await insert(database, 'mfa_event_heads', users, ({ subjectId, hash }) => [
    { user_id: subjectId, seq: EVENTS_EACH, hash },
  ]);
  await database.query('ALTER TABLE mfa_events ENABLE TRIGGER USER');
  const draw = drawerOf(users);
  return {
    events: count * EVENTS_EACH,
    openLogins: async (logins) => {
      const drawn = Array.from({ length: logins }, () => ({ ...draw(), id: random.rowId() }));
      await openLogins(database, drawn);
      return Promise.all(drawn.map(async (login) => ({ token: await signToken(login), secret })));
    },
  };
}

/**
 * Draws users at random, each at most once until all have been drawn.
 *
 * @template T
 * @param {T[]} items at least one
 * @returns {() => T}
 */
function drawerOf(items) {
  /** @type {T[]} */
  let left = [];
  return () => {
    if (left.length === 0) left = items.slice();
    const place = randomInt(left.length);
    const [drawn, last] = [left[place], left.pop()];
    if (drawn === undefined || last === undefined)
      throw new RangeError('There is nothing to draw.');
    // The last one fills the gap, unless it is the one that was drawn.
    if (place < left.length) left[place] = last;
    return drawn;
  };
}

/**
 * @param {import('pg').Client} database
 * @param {User[]} users
 * @param {{boundAt: Date, passwordHash: string}} about
 */
async function insertUsers(database, users, { boundAt, passwordHash }) {
  const at = boundAt.toISOString();
  await insert(database, 'users', users, ({ subjectId: id }) => {
    const names = {
      username: `bench-${id}`,
      username_key: `bench-${id}`,
      first_name: '',
      last_name: '',
    };
    return [{ id, ...names, password_hash: passwordHash, credentials_version: id, created_at: at }];
  });
  await insert(database, 'known_devices', users, ({ subjectId }) => [
    { user_id: subjectId, user_agent: USER_AGENT, first_seen_at: at, last_seen_at: at },
  ]);
}

/**
 * @param {import('pg').Client} database
 * @param {User[]} users
 * @param {{parts: Parts, boundAt: Date, methodsOf: MethodsOf, codeOf: (user: User) => Row}} how
 *   `codeOf` gives `lookup` and `hash` of a user's first backup code
 */
async function insertFactors(database, users, { parts, boundAt, methodsOf, codeOf }) {
  const at = boundAt.toISOString();
  const times = { created_at: at, confirmed_at: at, activated_at: at };
  const active = { is_active: true, ...times, activation: 0, activated_version: 1 };
  await insert(database, 'mfa_accounts', users, ({ subjectId }) => [
    { user_id: subjectId, version: 1 },
  ]);
  await insert(database, 'mfa_methods', users, (user) =>
    methodsOf(user).map(({ handler, id, state }, index) => ({
      ...{ user_id: user.subjectId, id, handler, is_primary: index === 0, ...active },
      state: bytea(parts.sealState({ ...user, methodId: id }, state, boundAt)),
      // The states of all handlers are at the same version.
      state_version: parts.stateVersion,
    })),
  );
  await insert(database, 'mfa_backup_codes', users, (user) => {
    const { lookup, hash } = codeOf(user);
    const about = { user_id: user.subjectId, hash, set_id: user.methodId, created_at: at };
    return Array.from({ length: BACKUP_CODES_EACH }, (_, index) => ({
      ...about,
      lookup: index === 0 ? lookup : randomBytes(32).toString('base64url'),
    }));
  });
}

/**
 * @param {import('pg').Client} database
 * @param {(MethodOwner & {id: string})[]} logins
 */
async function openLogins(database, logins) {
  const [now, tomorrow] = [
    new Date().toISOString(),
    new Date(Date.now() + 24 * 3600 * 1000).toISOString(),
  ];
  const about = { purpose: 'login', handler: 'app', proofs: [], provider: 'local:local' };
  await insert(database, 'mfa_challenges', logins, ({ subjectId, methodId, id }) => [
    {
      ...{ user_id: subjectId, id, method_id: methodId, ...about, credentials_version: subjectId },
      ...{ created_at: now, expires_at: tomorrow, account_version: 1 },
    },
  ]);
}

/**
 * Writes the rows of the items; all rows have the columns of the first.
 *
 * @template T
 * @param {import('pg').Client} database
 * @param {string} table
 * @param {T[]} items
 * @param {(item: T) => Row[]} rowsOf
 */
async function insert(database, table, items, rowsOf) {
  for (let start = 0; start < items.length; start += BATCH) {
    const rows = items.slice(start, start + BATCH).flatMap(rowsOf);
    const columns = Object.keys(rows[0] ?? {}).join(', ');
    await database.query(
      `INSERT INTO ${table} (${columns})
       SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(rows)],
    );
  }
}

/** @param {Buffer} bytes */
function bytea(bytes) {
  return `\\x${bytes.toString('hex')}`;
}
