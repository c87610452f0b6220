import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import '../scripts/typescript-loader.mjs';
import { say } from './command.mjs';
import { medianIfKnown } from './summary.mjs';
import { prepareTickets, WORKS } from './works.mjs';

/**
 * What a server asks of PostgreSQL. A round trip is one exchange over a connection, in which several
 * statements may be sent together; a commit is the end of a transaction that has written or locked.
 *
 * @typedef {{statements: number, roundTrips: number, commits: number}} Count
 * @typedef {{work: string, server: string, waitedFor: Count, behind: Count}} Statements
 */

/** The first requests of a process prepare statements and fill caches. */
const UNCOUNTED = 2;
const COUNTED = 7;
/** A server has done what it does behind an answer when it sends nothing for this long. */
const QUIET_MILLISECONDS = 100;
const QUIET_CHECKS = 30;

/**
 * Counts what each work sends to PostgreSQL, until its answer and behind it: one request after the
 * other, to a process of its own that reaches the database through this one.
 *
 * @param {import('./contestants.mjs').Contestant[]} contestants
 * @param {{only: string[], signal: AbortSignal}} options
 * @param {import('./command.mjs').Context['cleanup']} cleanup
 * @returns {Promise<Statements[]>}
 */
export async function countStatements(contestants, { only, signal }, cleanup) {
  const counts = [];
  for (const { contestant, databaseUrl } of contestants.flatMap(reachable)) {
    const wire = await openWire(databaseUrl);
    cleanup.push(wire.close);
    const server = await contestant.start({ DATABASE_URL: wire.url });
    cleanup.push(server.stop);
    const works = WORKS.filter(({ id }) => only.includes(id) && contestant.works.includes(id));
    for (const work of works) {
      counts.push(await countWork({ ...contestant, server }, { work, wire, signal }));
    }
    await server.stop();
  }
  return counts;
}

/** @param {import('./contestants.mjs').Contestant} contestant */
function reachable(contestant) {
  const { start, seed, run, databaseUrl } = contestant;
  if (start === undefined || seed === undefined || run === undefined) return [];
  return databaseUrl === undefined ? [] : [{ contestant: { ...contestant, start }, databaseUrl }];
}

/**
 * The median of several requests, so that what a server does from time to time does not count.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {{work: import('./works.mjs').Work, wire: Wire, signal: AbortSignal}} how
 * @returns {Promise<Statements>}
 */
async function countWork(contestant, { work, wire, signal }) {
  const { name, server, run } = contestant;
  if (run === undefined) throw new TypeError(`${name} answers nothing.`);
  const all = await prepareTickets(contestant, UNCOUNTED + COUNTED, { work, signal });
  const readings = [];
  for (const ticket of all.splice(-(UNCOUNTED + COUNTED))) {
    await wire.quiet(signal);
    const before = wire.count();
    await run({ work, port: server?.port, tickets: [ticket], clients: 1, signal });
    const answered = wire.count();
    await wire.quiet(signal);
    const after = wire.count();
    readings.push({ waitedFor: minus(answered, before), behind: minus(after, answered) });
  }
  const counted = readings.slice(UNCOUNTED);
  const result = {
    work: work.id,
    server: name,
    waitedFor: medianOf(counted.map(({ waitedFor }) => waitedFor)),
    behind: medianOf(counted.map(({ behind }) => behind)),
  };
  const { statements, roundTrips } = result.waitedFor;
  say(`${statements} statements in ${roundTrips} round trips  ${work.name}: ${name}`);
  return result;
}

/**
 * @param {Count} after
 * @param {Count} before
 */
function minus(after, before) {
  return {
    statements: after.statements - before.statements,
    roundTrips: after.roundTrips - before.roundTrips,
    commits: after.commits - before.commits,
  };
}

/** @param {Count[]} counts at least one */
function medianOf(counts) {
  /** @param {keyof Count} member */
  const middle = (member) =>
    medianIfKnown(
      counts.map((count) => count[member]),
      0,
    ) ?? 0;
  return {
    statements: middle('statements'),
    roundTrips: middle('roundTrips'),
    commits: middle('commits'),
  };
}

/** @typedef {Awaited<ReturnType<typeof openWire>>} Wire */

/**
 * A way to the database that counts what passes.
 *
 * @param {string} databaseUrl without TLS
 */
async function openWire(databaseUrl) {
  const { WireMessages } = await import('../test/support/wire-messages.ts');
  const target = new URL(databaseUrl);
  /** @type {Set<Session>} */
  const sessions = new Set();
  const total = { statements: 0, roundTrips: 0, commits: 0 };
  const listener = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    const session = new Session(total);
    sessions.add(session);
    const [asked, answered] = [new WireMessages(false), new WireMessages(true)];
    client.on('data', (chunk) => {
      for (const message of asked.read(chunk)) session.ask(message);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      for (const message of answered.read(chunk)) session.answer(message);
      client.write(chunk);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      socket?.setNoDelay();
      socket?.on('error', () => {});
      socket?.on('close', () => {
        sessions.delete(session);
        other?.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  const isIdle = () => [...sessions].every(({ awaited }) => awaited === 0);
  return {
    url: url.href,
    count: () => ({ ...total }),
    close: async () => void listener.close(),
    /** @param {AbortSignal} signal */
    async quiet(signal) {
      for (let check = 0; check < QUIET_CHECKS; check += 1) {
        const { roundTrips } = total;
        await setTimeout(QUIET_MILLISECONDS, undefined, { signal });
        if (roundTrips === total.roundTrips && isIdle()) return;
      }
    },
  };
}

const WRITES = /\b(?:insert|update|delete|merge|for share|for key share)\b/i;

/** One connection [PostgreSQL, "Message Formats"]. */
class Session {
  /** Answers that are still to come. */
  awaited = 0;
  hasWritten = false;
  /** @type {Map<string, string>} */
  texts = new Map();

  /** @param {Count} total */
  constructor(total) {
    this.total = total;
  }

  /** @param {import('../test/support/wire-messages.ts').WireMessage} message of the server */
  ask({ type, bytes }) {
    const [first = '', second = ''] = bytes.toString('utf8', 5).split('\0', 2);
    if (type === 'P') this.texts.set(first, second);
    // A bound statement is one that is executed; a simple query is both.
    if (type === 'B') this.run(this.texts.get(second) ?? '');
    if (type === 'Q') this.run(first);
    if (type !== 'S' && type !== 'Q') return;
    if (this.awaited === 0) this.total.roundTrips += 1;
    this.awaited += 1;
  }

  /** @param {string} statement */
  run(statement) {
    this.total.statements += 1;
    this.hasWritten ||= WRITES.test(statement);
  }

  /** @param {import('../test/support/wire-messages.ts').WireMessage} message of PostgreSQL */
  answer({ type, bytes }) {
    const isUndone = type === 'C' && bytes.toString('latin1', 5).startsWith('ROLLBACK');
    if (type === 'E' || isUndone) this.hasWritten = false;
    if (type !== 'Z') return;
    this.awaited = Math.max(0, this.awaited - 1);
    if (bytes.toString('latin1', 5) !== 'I') return;
    if (this.hasWritten) this.total.commits += 1;
    this.hasWritten = false;
  }
}
