/* global AbortController */
/*
 * Three built servers behind nginx, with one PostgreSQL and one Redis, all started here. People
 * sign in while a server is killed, PostgreSQL is restarted and Redis is killed; then the script
 * checks that nothing acknowledged is lost.
 *
 *   node scripts/try-many-nodes.mjs [--short]
 */
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkUsers } from './many-nodes/checks.mjs';
import { Client } from './many-nodes/client.mjs';
import { Cluster, killAndRestart } from './many-nodes/cluster.mjs';
import { exceedLimit, mostRequests } from './many-nodes/limits.mjs';
import { run } from './many-nodes/processes.mjs';
import { TLS_PROXY } from './many-nodes/services.mjs';
import { User } from './many-nodes/user.mjs';

/**
 * @typedef {import('./many-nodes/cluster.mjs').Nodes} Nodes
 *
 * @typedef {{client: Client, nodes: Nodes, round: number}} Stage what an outage is played on
 */

const PROCESSES = 3;
const ROUND_MILLISECONDS = 400;
const AUDIT_VERIFY = fileURLToPath(
  new URL('../dist/server/commands/audit-verify.js', import.meta.url),
);
const AWAY = /Redis does not count/g;
const BACK = /Redis counts again/g;

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const plan = values.short
  ? { users: 6, calmSeconds: 3, modes: ['immediate'] }
  : { users: 12, calmSeconds: 10, modes: ['fast', 'immediate', 'fast'] };
const startedAt = performance.now();
/** @type {string[]} */
const failures = [];
const cluster = new Cluster();

/** @param {string} text */
function say(text) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${text}`);
}

/**
 * @param {boolean} isRight
 * @param {string} text
 */
function check(isRight, text) {
  say(`${isRight ? 'ok   ' : 'WRONG'} ${text}`);
  if (!isRight) failures.push(text);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void cluster.stop().then(() => process.exit(1)));
}

try {
  say(`starting PostgreSQL, Redis, ${PROCESSES} servers and nginx`);
  const nodes = await cluster.start(PROCESSES);
  await play(new Client(nodes.port), nodes);
} catch (error) {
  check(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await cluster.stop();
}
say(failures.length === 0 ? 'everything held' : `${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;

/**
 * @param {Client} client
 * @param {Nodes} nodes
 */
async function play(client, nodes) {
  const users = Array.from({ length: plan.users }, (_, number) => new User(client, number + 1));
  await Promise.all(users.map((user) => user.register()));
  say(`${users.length} people have registered and set an authenticator up`);
  await checkProxy(client);
  const end = new AbortController();
  const lives = users.map((user) => liveUntil(end.signal, user));
  try {
    for (const [round, mode] of plan.modes.entries()) {
      await playOutages({ client, nodes, round }, mode);
    }
  } finally {
    end.abort();
    await Promise.all(lives);
  }
  say('calm again: looking for everything that was acknowledged');
  tell(users, client);
  const userFailures = await checkUsers(users, nodes.postgresql.url);
  check(
    userFailures.length === 0,
    `acknowledged changes, one use of codes ${userFailures.join('; ')}`,
  );
  check(client.unclear.length === 0, `clear answers ${client.unclear.slice(0, 5).join('; ')}`);
  check(client.slowestMilliseconds < 22_000, `no answer later than that of nginx`);
  client.close();
  const audit = await run(process.execPath, [AUDIT_VERIFY], { env: nodes.environment });
  check(
    /^done: \d+ events seen, 0 users/m.test(audit),
    `audit: ${audit.trim().split('\n').at(-1)}`,
  );
}

/**
 * @param {AbortSignal} signal
 * @param {User} user
 */
async function liveUntil(signal, user) {
  while (!signal.aborted) {
    await user.live();
    await setTimeout(ROUND_MILLISECONDS);
  }
}

/**
 * @param {Stage} stage
 * @param {string} mode of `pg_ctl stop`
 */
async function playOutages(stage, mode) {
  const { nodes, round } = stage;
  await setTimeout(plan.calmSeconds * 1000);
  await checkLimit(stage, `127.2.${round}.1`);
  say('a server is killed');
  await killAndRestart(nodes, round % PROCESSES);
  say('it is back');
  await setTimeout(plan.calmSeconds * 1000);
  say(`PostgreSQL is restarted (${mode})`);
  await nodes.postgresql.stop(mode);
  await setTimeout(1_000);
  await nodes.postgresql.start();
  say('it is back');
  await setTimeout(plan.calmSeconds * 1000);
  await playRedisOutage(stage);
}

/** @param {Stage} stage */
async function playRedisOutage(stage) {
  const { client, nodes, round } = stage;
  const before = nodes.servers.map(({ output }) => countOf(AWAY, output()));
  say('Redis is killed');
  await nodes.redis.kill();
  await checkLimitAlone(client, round);
  await setTimeout(plan.calmSeconds * 1000);
  const after = nodes.servers.map(
    ({ output }, index) => countOf(AWAY, output()) - (before[index] ?? 0),
  );
  check(
    after.every((count) => count === 1),
    `one warning of each process: ${after.join(', ')}`,
  );
  await nodes.redis.start();
  const areBack = () =>
    nodes.servers.every(({ output }) => countOf(BACK, output()) === countOf(AWAY, output()));
  for (let tries = 0; tries < 100 && !areBack(); tries += 1) {
    // A process tries Redis again only when it gets a request.
    await client.post('127.4.0.1', '/token/verify/', {});
    await setTimeout(100);
  }
  check(areBack(), 'all processes count in Redis again');
  await checkLimit(stage, `127.2.${round}.2`);
}

/**
 * A process that is too busy to read Redis' answer counts alone for a while, and logs it.
 *
 * @param {Stage} stage
 * @param {string} address
 */
async function checkLimit({ client, nodes }, address) {
  const before = countAway(nodes);
  const passed = await exceedLimit(client, address);
  const alone = countAway(nodes) - before;
  const most = mostRequests({ withRedis: true, alone });
  const text = `with Redis: ${passed} requests passed, at most ${most} may`;
  check(passed <= most && passed > 0, alone === 0 ? text : `${text} (${alone} counted alone)`);
}

/**
 * Clients behind a trusted proxy have separate limits.
 *
 * @param {Client} client
 */
async function checkProxy(client) {
  /** @param {string} forwardedFor */
  const behindProxy = (forwardedFor) => ({
    /**
     * @param {string} address
     * @param {string} path
     * @param {object} body
     */
    post: (address, path, body) =>
      client.send({ address, forwardedFor, method: 'POST', path, body }),
  });
  await exceedLimit(behindProxy('198.51.100.1'), TLS_PROXY);
  const { status } = await behindProxy('198.51.100.2').post(TLS_PROXY, '/token/verify/', {});
  check(status === 400, `behind a proxy: one client at its limit, another is answered ${status}`);
}

/**
 * Each process has its own window; if one ends meanwhile, the next try shows the limit.
 *
 * @param {Client} client
 * @param {number} round
 */
async function checkLimitAlone(client, round) {
  const most = mostRequests({ withRedis: false, alone: PROCESSES });
  let passed = Infinity;
  for (let tries = 0; tries <= PROCESSES && passed > most; tries += 1) {
    passed = await exceedLimit(client, `127.3.${round}.${tries + 1}`);
  }
  check(passed <= most && passed > 0, `without Redis: ${passed} passed, at most ${most} may`);
}

/** @param {Nodes} nodes */
function countAway({ servers }) {
  return servers.reduce((sum, { output }) => sum + countOf(AWAY, output()), 0);
}

/**
 * @param {RegExp} pattern
 * @param {string} text
 */
function countOf(pattern, text) {
  return text.match(pattern)?.length ?? 0;
}

/**
 * @param {User[]} users
 * @param {Client} client
 */
function tell(users, { answers, slowestMilliseconds }) {
  /** @param {'signIns' | 'renewals' | 'changes'} name */
  const sum = (name) => users.reduce((total, user) => total + user[name], 0);
  const codes = users.reduce((total, { taken }) => total + taken.size, 0);
  say(
    `${sum('signIns')} sign-ins by ${codes} codes, ${sum('renewals')} renewals, ${sum('changes')} changes; slowest answer ${Math.round(slowestMilliseconds)} ms`,
  );
  say([...answers].map(([name, count]) => `${count} × ${name}`).join(', '));
}
