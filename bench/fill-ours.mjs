import { Buffer } from 'node:buffer';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';
import { say } from './command.mjs';
import { USER_AGENT } from './client.mjs';
import { loadParts } from './contestants/seed-ours.mjs';

/**
 * @typedef {(string | number)[]} Row values in COPY's text format
 * @typedef {{subjectId: string, methodId: string}} User
 * @typedef {Awaited<ReturnType<typeof loadParts>>} Parts
 */

/** Events of each user; ten million at the largest size. */
const EVENTS_EACH = 10;
const BACKUP_CODES_EACH = 5;
const CLIENT = ['192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64)'];

const OPEN_LOGINS = `
  INSERT INTO mfa_challenges (user_id, id, purpose, method_id, handler, proofs, provider,
    credentials_version, created_at, expires_at, account_version)
  SELECT user_id, id, 'login', method_id, 'app', '[]', 'local:local', user_id, now(),
    now() + interval '1 day', 1
  FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS given(user_id, id, method_id)`;

/**
 * Fills the tables of our server by COPY, with its own code for sealed columns, in the order in which
 * time fills them: the users, then the first event of each, then the next event of each.
 *
 * The hashes of events are random, because nothing measured reads more of a chain than its end.
 *
 * @param {import('./command.mjs').Database} database migrated by the server
 * @param {Parameters<typeof loadParts>[0]} keys
 * @param {number} count
 * @returns {Promise<{events: number, openLogins: import('./contestants.mjs').Seeder}>} `openLogins`
 *   opens logins of random users, each at most once until all have had one
 */
export async function fillOurs(database, keys, count) {
  const { random, sealState, appState, signToken, stateVersion } = await loadParts(keys);
  const secret = randomBytes(20);
  const boundAt = new Date(Date.now() - 3600_000);
  const at = boundAt.toISOString();
  const users = Array.from({ length: count }, () => ({
    subjectId: random.rowId(),
    methodId: random.rowId(),
  }));
  /** @type {(target: string, rows: Iterable<Row>) => Promise<void>} */
  const copy = async (target, rows) => {
    say(`COPY ${target.slice(0, target.indexOf(' '))}, ${count.toLocaleString('en')} users …`);
    await copyRows(database, target, rows);
  };
  await copy(
    'users (id, username, username_key, first_name, last_name, password_hash, credentials_version, created_at)',
    map(users, ({ subjectId: id }) => [
      id,
      `bench-${id}`,
      `bench-${id}`,
      '',
      '',
      'never compared',
      id,
      at,
    ]),
  );
  await copy(
    'known_devices (user_id, user_agent, first_seen_at, last_seen_at)',
    map(users, ({ subjectId }) => [subjectId, USER_AGENT, at, at]),
  );
  await copy(
    'mfa_accounts (user_id, version)',
    map(users, ({ subjectId }) => [subjectId, 1]),
  );
  await copy(
    `mfa_methods (user_id, id, handler, is_active, is_primary, created_at, confirmed_at,
      activated_at, activation, activated_version, state, state_version)`,
    map(users, ({ subjectId, methodId }) => [
      ...[subjectId, methodId, 'app', 't', 't', at, at, at, 0, 1],
      bytea(sealState({ subjectId, methodId }, appState(secret), boundAt)),
      stateVersion,
    ]),
  );
  await copy(
    'mfa_backup_codes (user_id, lookup, hash, set_id, created_at)',
    repeat(users, BACKUP_CODES_EACH, ({ subjectId, methodId }) => [
      ...[subjectId, randomBytes(32).toString('base64url'), 'never compared', methodId, at],
    ]),
  );
  const heads = users.map(() => bytea(randomBytes(32)));
  // The trigger would chain the events one by one.
  await database.client.query('ALTER TABLE mfa_events DISABLE TRIGGER USER');
  await copy(
    'mfa_events (user_id, seq, id, at, type, factor, ip, user_agent, hash)',
    inRounds(users, EVENTS_EACH, ({ subjectId }, index, seq) => [
      ...[subjectId, seq, random.rowId(), at, 'second_factor_succeeded', 'app', ...CLIENT],
      heads[index] ?? '',
    ]),
  );
  await copy(
    'mfa_event_heads (user_id, seq, hash)',
    map(users, ({ subjectId }, index) => [subjectId, EVENTS_EACH, heads[index] ?? '']),
  );
  await database.client.query('ALTER TABLE mfa_events ENABLE TRIGGER USER');
  return {
    events: count * EVENTS_EACH,
    openLogins: loginOpener(database.client, users, { random, signToken, secret }),
  };
}

/**
 * @param {pg.Client} client
 * @param {User[]} users at least one
 * @param {Pick<Parts, 'random' | 'signToken'> & {secret: Buffer}} parts
 * @returns {import('./contestants.mjs').Seeder}
 */
function loginOpener(client, users, { random, signToken, secret }) {
  /** @type {User[]} */
  let left = [];
  const draw = () => {
    if (left.length === 0) left = users.slice();
    const place = randomInt(left.length);
    const [drawn, last] = [left[place], left.pop()];
    if (drawn === undefined || last === undefined) throw new RangeError('There is no user.');
    // The last one fills the gap, unless it is the one that was drawn.
    if (place < left.length) left[place] = last;
    return drawn;
  };
  return async (count) => {
    const logins = Array.from({ length: count }, () => ({ ...draw(), id: random.rowId() }));
    await client.query(OPEN_LOGINS, [
      logins.map(({ subjectId }) => subjectId),
      logins.map(({ id }) => id),
      logins.map(({ methodId }) => methodId),
    ]);
    return Promise.all(logins.map(async (login) => ({ token: await signToken(login), secret })));
  };
}

/**
 * @param {User[]} items
 * @param {(item: User, index: number) => Row} rowOf
 */
function* map(items, rowOf) {
  for (const [index, item] of items.entries()) yield rowOf(item, index);
}

/**
 * @param {User[]} items
 * @param {number} times
 * @param {(item: User) => Row} rowOf
 */
function* repeat(items, times, rowOf) {
  for (const item of items) for (let time = 1; time <= times; time += 1) yield rowOf(item);
}

/**
 * @param {User[]} items
 * @param {number} rounds
 * @param {(item: User, index: number, round: number) => Row} rowOf
 */
function* inRounds(items, rounds, rowOf) {
  for (let round = 1; round <= rounds; round += 1) {
    yield* map(items, (item, index) => rowOf(item, index, round));
  }
}

/**
 * In COPY's text format, where a doubled backslash stands for one.
 *
 * @param {Buffer} bytes
 */
function bytea(bytes) {
  return `\\\\x${bytes.toString('hex')}`;
}

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Fills a table by COPY.
 *
 * @param {import('./command.mjs').Database} database
 * @param {string} target a table and its columns
 * @param {Iterable<Row>} rows
 * @returns {Promise<unknown>}
 */
export function copyRows({ client, signal }, target, rows) {
  return new Promise((resolve, reject) => {
    /** @type {(error: Error | null, result?: unknown) => void} */
    const done = (error, result) => (error ? reject(error) : resolve(result));
    client.query(new CopyQuery(`COPY ${target} FROM STDIN`, { rows, signal }, done));
  });
}

/**
 * The part of a connection of `pg` that COPY needs.
 *
 * @typedef {{sendCopyFromChunk: (chunk: Buffer) => void, endCopyFrom: () => void,
 *   sendCopyFail: (reason: string) => void, stream: import('node:net').Socket}} CopyConnection
 */

/** A query that sends data for COPY, which `pg` itself refuses. */
class CopyQuery extends pg.Query {
  /**
   * @param {string} text
   * @param {{rows: Iterable<Row>, signal: AbortSignal}} data
   * @param {(error: Error | null, result?: unknown) => void} done
   */
  constructor(text, data, done) {
    super({ text }, done);
    this.data = data;
  }

  /** @param {CopyConnection} connection */
  handleCopyInResponse(connection) {
    this.send(connection).then(
      () => connection.endCopyFrom(),
      (error) => connection.sendCopyFail(error.message),
    );
  }

  /** @param {CopyConnection} connection */
  async send(connection) {
    for (const chunk of chunksOf(this.data.rows)) {
      this.data.signal.throwIfAborted();
      connection.sendCopyFromChunk(Buffer.from(chunk));
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
  }
}

/** @param {Iterable<Row>} rows */
function* chunksOf(rows) {
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.join('\t')}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
