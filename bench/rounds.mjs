import { say } from './command.mjs';
import { measure } from './measure.mjs';
import { poolOf, prepareTickets, ticketsOf, workOf, WORKS } from './works.mjs';

/**
 * @typedef {import('./contestants.mjs').Contestant} Contestant
 * @typedef {import('./measure.mjs').NumberedRun} NumberedRun
 * @typedef {import('./works.mjs').Work} Work
 * @typedef {{clients: number[], rounds: number, requests: number, seconds: number, only: string[],
 *   signal: AbortSignal}} Options
 * @typedef {{contestant: Contestant, work: Work, clients: number}} Turn
 */

/** The warm-up before anything counts, so that V8 has compiled the code. */
const WARM_UP = { rounds: 3, seconds: 10, clients: 8 };
const SIGN_IN = workOf('sign-in');
const RIGHT_CODE = workOf('right');
const BESIDE_CLIENTS = 8;
const SIGN_INS_AT_ONCE = 8;
/** More than can be hashed during any measurement. */
const SIGN_INS = 1000;
const PAIR_CLIENTS = 16;

/**
 * Measures every contestant at every work in turn, for each number of clients.
 *
 * @param {Contestant[]} contestants
 * @param {Options} options
 * @returns {Promise<NumberedRun[]>}
 */
export async function runRounds(contestants, options) {
  const works = WORKS.filter(({ id }) => options.only.includes(id));
  /** @type {(clients: number) => Turn[]} */
  const turns = (clients) =>
    works
      .filter(({ mostClients = clients }) => clients <= mostClients)
      .flatMap((work) =>
        contestants
          .filter((one) => one.works.includes(work.id) && (one.clients?.includes(clients) ?? true))
          .map((contestant) => ({ contestant, work, clients })),
      );
  const progress = progressOf(options.rounds * options.clients.flatMap(turns).length);
  const runs = [];
  await warmUp(turns(WARM_UP.clients), options);
  for (const clients of options.clients) {
    await prepare(turns(clients), options);
    for (let round = 1; round <= options.rounds; round += 1) {
      runs.push(...(await runRound(turns(clients), { ...options, round, progress })));
    }
  }
  return runs;
}

/**
 * Warms up the works that are not dominated by slow hashes.
 *
 * @param {Turn[]} turns
 * @param {Pick<Options, 'requests' | 'signal'>} options
 */
async function warmUp(turns, { requests, signal }) {
  for (const { contestant, work, clients } of turns.filter(({ work }) => work.most === undefined)) {
    say(`Warming up: ${contestant.name}, ${work.name} …`);
    const load = { requests: requests * WARM_UP.rounds, clients, signal };
    await prepareTickets(contestant, load.requests, { work, signal });
    await measure(contestant, work, { ...load, seconds: WARM_UP.seconds });
  }
}

/**
 * Makes the tickets for all rounds, except those that are made for each; compacts the database, and runs each
 * work once without counting.
 *
 * @param {Turn[]} turns
 * @param {Options} options
 */
async function prepare(turns, options) {
  const { rounds, signal } = options;
  /** @type {(work: Work) => number} */
  const needOf = (work) =>
    (work.isLater ? 0 : requestsOf(work, options) * rounds) + warmUpOf(work, options);
  for (const { contestant, work } of turns) {
    const sharing = turns.filter(
      (turn) => turn.contestant === contestant && poolOf(turn.work) === poolOf(work),
    );
    // The first of those that share a pool fills it for all of them.
    if (sharing[0]?.work !== work) continue;
    const count = sharing.reduce((sum, turn) => sum + needOf(turn.work), 0);
    say(`Preparing ${count} of ${poolOf(work)}: ${contestant.name} …`);
    await prepareTickets(contestant, count, { work, signal });
  }
  for (const database of new Set(turns.map(({ contestant }) => contestant.database))) {
    await database?.query('VACUUM ANALYZE');
  }
  say('Warming up …');
  for (const { contestant, work, clients } of turns) {
    const load = { requests: warmUpOf(work, options), seconds: options.seconds / 2 };
    await measure(contestant, work, { ...load, clients, signal });
  }
}

/**
 * Every second round has the reverse order, so that nobody is always first.
 *
 * @param {Turn[]} turns
 * @param {Options & {round: number, progress: ReturnType<typeof progressOf>}} options
 */
async function runRound(turns, options) {
  const { round, progress, seconds, signal } = options;
  const runs = [];
  await renewTickets(turns, options);
  for (const { contestant, work, clients } of round % 2 === 1 ? turns : turns.toReversed()) {
    const load = { requests: requestsOf(work, options), clients, seconds, signal };
    const run = { ...(await measure(contestant, work, load)), round };
    runs.push(run);
    progress(run, work);
  }
  return runs;
}

/**
 * Makes the tickets of works that begin where others end: those of an earlier round may have expired.
 *
 * @param {Turn[]} turns
 * @param {Options} options
 */
async function renewTickets(turns, options) {
  for (const { contestant, work } of turns.filter(({ work }) => work.isLater)) {
    ticketsOf(contestant, work).length = 0;
    const { signal } = options;
    await prepareTickets(contestant, requestsOf(work, options), { work, signal });
  }
}

/**
 * @param {Work} work
 * @param {Pick<Options, 'requests'>} options
 */
function requestsOf({ most = Infinity }, { requests }) {
  return Math.min(requests, most);
}

/**
 * @param {Work} work
 * @param {Pick<Options, 'requests'>} options
 */
function warmUpOf(work, options) {
  return Math.ceil(requestsOf(work, options) / 2);
}

/**
 * @param {number} total
 * @returns {(run: NumberedRun, work: Work) => void}
 */
function progressOf(total) {
  let done = 0;
  return ({ clients, round, perSecond, server }, work) => {
    done += 1;
    const place = `${String(done).padStart(String(total).length)} of ${total}`;
    const speed = perSecond.toFixed(perSecond < 20 ? 1 : 0).padStart(6);
    say(`${place}  round ${round}  ${clients} clients  ${speed}/s  ${work.name}: ${server}`);
  };
}

/**
 * Measures our right codes alone and during sign-ins, each of which hashes a password, in turn.
 *
 * @param {Contestant} ours
 * @param {Options} options
 * @returns {Promise<{round: number, alone: import('./measure.mjs').Run, beside:
 *   import('./measure.mjs').Run}[]>}
 */
export async function measureBesideSignIns(ours, { rounds, requests, seconds, signal }) {
  await prepareTickets(ours, 2 * rounds * requests + SIGN_INS, { work: RIGHT_CODE, signal });
  const load = { requests, clients: BESIDE_CLIENTS, seconds, signal };
  const results = [];
  for (let round = 1; round <= rounds; round += 1) {
    const alone = await measure(ours, RIGHT_CODE, load);
    const beside = await whileSigningIn(ours, signal, () => measure(ours, RIGHT_CODE, load));
    results.push({ round, alone, beside });
    say(`round ${round} of ${rounds}  p95 ${alone.p95.toFixed(1)} ms, ${beside.p95.toFixed(1)} ms \
during ${SIGN_INS_AT_ONCE} sign-ins at once`);
  }
  return results;
}

/**
 * @template T
 * @param {Contestant} ours
 * @param {AbortSignal} signal
 * @param {() => Promise<T>} use
 */
async function whileSigningIn(ours, signal, use) {
  const { server, run } = ours;
  if (run === undefined) throw new TypeError(`${ours.name} answers nothing.`);
  const all = ticketsOf(ours, SIGN_IN);
  const tickets = all.splice(-SIGN_INS);
  const load = { port: server?.port, work: SIGN_IN, clients: SIGN_INS_AT_ONCE, signal };
  const signIns = run({ ...load, tickets });
  // Its failure is handled below; this keeps it from counting as unhandled until then.
  signIns.catch(() => {});
  try {
    return await use();
  } finally {
    all.push(...tickets.splice(0));
    await signIns;
  }
}

/**
 * Measures right codes with one process of ours and with two on the same database, each with half
 * of the clients, in turn. Any unexpected answer ends the run.
 *
 * @param {Contestant} ours
 * @param {Options} options
 * @param {import('./command.mjs').Context['cleanup']} cleanup
 * @returns {Promise<{round: number, one: number, two: number}[]>} requests per second
 */
export async function measureTwoProcesses(ours, { rounds, requests, seconds, signal }, cleanup) {
  if (ours.start === undefined) throw new TypeError(`${ours.name} cannot be started.`);
  const second = { ...ours, server: await ours.start(), tickets: {} };
  cleanup.push(second.server.stop);
  await prepareTickets(ours, 2 * rounds * requests, { work: RIGHT_CODE, signal });
  await prepareTickets(second, (rounds + 1) * requests, { work: RIGHT_CODE, signal });
  const load = { requests, clients: PAIR_CLIENTS, seconds, signal };
  const half = { ...load, clients: PAIR_CLIENTS / 2 };
  await measure(second, RIGHT_CODE, half);
  const results = [];
  for (let round = 1; round <= rounds; round += 1) {
    const one = await measure(ours, RIGHT_CODE, load);
    const pair = [ours, second].map((server) => measure(server, RIGHT_CODE, half));
    const two = (await Promise.all(pair)).reduce((sum, { perSecond }) => sum + perSecond, 0);
    results.push({ round, one: one.perSecond, two });
    say(
      `round ${round} of ${rounds}  one process ${one.perSecond.toFixed(0)}/s, two ${two.toFixed(0)}/s`,
    );
  }
  return results;
}
