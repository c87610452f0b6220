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
import { Cluster } from './many-nodes/cluster.mjs';
import { exceedLimit, mostRequests } from './many-nodes/limits.mjs';
import { run } from './many-nodes/processes.mjs';
import { TLS_PROXY } from './many-nodes/services.mjs';
import { User } from './many-nodes/user.mjs';

const PROCESSES = 3;
const ROUND_MILLISECONDS = 400;
const AUDIT_VERIFY = fileURLToPath(
  new URL('../dist/server/commands/audit-verify.js', import.meta.url),
);
const AWAY = /Redis does not count/g;
const BACK = /Redis counts again/g;

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const plan = values.short
  ? { users: 6, calmSeconds: 3, rounds: 1, modes: ['immediate'] }
  : { users: 12, calmSeconds: 10, rounds: 3, modes: ['fast', 'immediate', 'fast'] };
const startedAt = performance.now();
const faults = [];
const cluster = new Cluster();

function say(text) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${text}`);
}

function check(isRight, text) {
  say(`${isRight ? 'ok   ' : 'WRONG'} ${text}`);
  if (!isRight) faults.push(text);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void cluster.stop().then(() => process.exit(1)));
}

try {
  say(`starting PostgreSQL, Redis, ${PROCESSES} servers and nginx`);
  await cluster.start(PROCESSES);
  await play(new Client(cluster.port));
} catch (error) {
  check(false, error.stack);
} finally {
  await cluster.stop();
}
say(faults.length === 0 ? 'everything held' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function play(client) {
  const users = Array.from({ length: plan.users }, (_, number) => new User(client, number + 1));
  await Promise.all(users.map((user) => user.register()));
  say(`${users.length} people have registered and set an authenticator up`);
  await checkProxy(client);
  const end = new AbortController();
  const lives = users.map((user) => liveUntil(end.signal, user));
  try {
    for (let round = 0; round < plan.rounds; round += 1) await playOutages(client, round);
  } finally {
    end.abort();
    await Promise.all(lives);
  }
  say('calm again: looking for everything that was acknowledged');
  tell(users, client);
  const userFaults = await checkUsers(users, cluster.postgresql.url);
  check(userFaults.length === 0, `acknowledged changes, one use of codes ${userFaults.join('; ')}`);
  check(client.unclear.length === 0, `clear answers ${client.unclear.slice(0, 5).join('; ')}`);
  check(client.slowestMilliseconds < 22_000, `no answer later than that of nginx`);
  client.close();
  const audit = await run(process.execPath, [AUDIT_VERIFY], { env: cluster.environment });
  check(
    /^done: \d+ events seen, 0 users/m.test(audit),
    `audit: ${audit.trim().split('\n').at(-1)}`,
  );
}

async function liveUntil(signal, user) {
  while (!signal.aborted) {
    await user.live();
    await setTimeout(ROUND_MILLISECONDS);
  }
}

async function playOutages(client, round) {
  await setTimeout(plan.calmSeconds * 1000);
  await checkLimit(client, `127.2.${round}.1`);
  say('a server is killed');
  await cluster.killAndRestart(round % PROCESSES);
  say('it is back');
  await setTimeout(plan.calmSeconds * 1000);
  const mode = plan.modes[round];
  say(`PostgreSQL is restarted (${mode})`);
  await cluster.postgresql.stop(mode);
  await setTimeout(1_000);
  await cluster.postgresql.start();
  say('it is back');
  await setTimeout(plan.calmSeconds * 1000);
  await playRedisOutage(client, round);
}

async function playRedisOutage(client, round) {
  const before = cluster.servers.map(({ output }) => countOf(AWAY, output()));
  say('Redis is killed');
  await cluster.redis.kill();
  await checkLimitAlone(client, round);
  await setTimeout(plan.calmSeconds * 1000);
  const after = cluster.servers.map(({ output }, i) => countOf(AWAY, output()) - before[i]);
  check(
    after.every((count) => count === 1),
    `one warning of each process: ${after}`,
  );
  await cluster.redis.start();
  const areBack = () =>
    cluster.servers.every(({ output }) => countOf(BACK, output()) === countOf(AWAY, output()));
  for (let tries = 0; tries < 100 && !areBack(); tries += 1) {
    // A process tries Redis again only when it gets a request.
    await client.post('127.4.0.1', '/token/verify/', {});
    await setTimeout(100);
  }
  check(areBack(), 'all processes count in Redis again');
  await checkLimit(client, `127.2.${round}.2`);
}

/** A process that is too busy to read Redis' answer counts alone for a while, and logs it. */
async function checkLimit(client, address) {
  const before = countAway();
  const passed = await exceedLimit(client, address);
  const alone = countAway() - before;
  const most = mostRequests({ withRedis: true, alone });
  const text = `with Redis: ${passed} requests passed, at most ${most} may`;
  check(passed <= most && passed > 0, alone === 0 ? text : `${text} (${alone} counted alone)`);
}

/** Clients behind a trusted proxy have separate limits. */
async function checkProxy(client) {
  const behindProxy = (forwardedFor) => ({
    post: (_address, path, body) =>
      client.send({ address: TLS_PROXY, forwardedFor, method: 'POST', path, body }),
  });
  await exceedLimit(behindProxy('198.51.100.1'));
  const { status } = await behindProxy('198.51.100.2').post(null, '/token/verify/', {});
  check(status === 400, `behind a proxy: one client at its limit, another is answered ${status}`);
}

/** Each process has its own window; if one ends meanwhile, the next try shows the limit. */
async function checkLimitAlone(client, round) {
  const most = mostRequests({ withRedis: false, alone: PROCESSES });
  let passed = Infinity;
  for (let tries = 0; tries <= PROCESSES && passed > most; tries += 1) {
    passed = await exceedLimit(client, `127.3.${round}.${tries + 1}`);
  }
  check(passed <= most && passed > 0, `without Redis: ${passed} passed, at most ${most} may`);
}

function countAway() {
  return cluster.servers.reduce((sum, { output }) => sum + countOf(AWAY, output()), 0);
}

function countOf(pattern, text) {
  return text.match(pattern)?.length ?? 0;
}

function tell(users, { answers, slowestMilliseconds }) {
  const sum = (name) => users.reduce((total, user) => total + user[name], 0);
  const codes = users.reduce((total, { taken }) => total + taken.size, 0);
  say(
    `${sum('signIns')} sign-ins by ${codes} codes, ${sum('renewals')} renewals, ${sum('changes')} changes; slowest answer ${Math.round(slowestMilliseconds)} ms`,
  );
  say([...answers].map(([name, count]) => `${count} × ${name}`).join(', '));
}
