import { measure, prepareTickets } from './measure.mjs';
import { say } from './progress.mjs';
import { WORKS } from './works.mjs';

/** What a server has behind it before anything counts, so that its code is compiled. */
const WARM_UP = { rounds: 3, seconds: 10, clients: 8 };

/**
 * Measures every contestant at every work by turns, for each number of clients.
 *
 * @param {object[]} contestants
 * @param {{clients: number[], rounds: number, requests: number, seconds: number, only: string[],
 *   signal: AbortSignal}} options
 * @param {import('pg').Client} database
 * @returns {Promise<(import('./measure.mjs').Run & {round: number})[]>}
 */
export async function runRounds(contestants, options, database) {
  const works = WORKS.filter(({ id }) => options.only.includes(id));
  const turns = (clients) =>
    works.flatMap((work) =>
      contestants
        .filter((one) => one.works.includes(work.id) && (one.clients?.includes(clients) ?? true))
        .map((contestant) => ({ contestant, work, clients })),
    );
  const progress = progressOf(options.rounds * options.clients.flatMap(turns).length);
  const runs = [];
  await warmUp(turns(WARM_UP.clients), options);
  for (const clients of options.clients) {
    await prepare(turns(clients), options, database);
    for (let round = 1; round <= options.rounds; round += 1) {
      runs.push(...(await runRound(turns(clients), { ...options, round, progress })));
    }
  }
  return runs;
}

/** Works that the slow hashes do not dominate, many times over. */
async function warmUp(turns, { requests, signal }) {
  for (const { contestant, work, clients } of turns.filter(
    (turn) => turn.work.most === undefined,
  )) {
    say(`Warming up: ${contestant.name}, ${work.name} …`);
    const load = { requests: requests * WARM_UP.rounds, clients, signal };
    await prepareTickets(contestant, load.requests, signal);
    await measure(contestant, work, { ...load, seconds: WARM_UP.seconds });
  }
}

/** Tickets for all rounds, a compact database, and a first run of each that counts for nothing. */
async function prepare(turns, { rounds, signal, ...options }, database) {
  for (const contestant of new Set(turns.map((turn) => turn.contestant))) {
    const own = turns.filter((turn) => turn.contestant === contestant);
    const counts = own.map(
      ({ work }) => requestsOf(work, options) * rounds + warmUpOf(work, options),
    );
    const count = counts.reduce((sum, each) => sum + each, 0);
    say(`Preparing ${count} logins: ${contestant.name} …`);
    await prepareTickets(contestant, count, signal);
  }
  await database.query('VACUUM ANALYZE');
  say('Warming up …');
  for (const { contestant, work, clients } of turns) {
    const load = { requests: warmUpOf(work, options), seconds: options.seconds / 2 };
    await measure(contestant, work, { ...load, clients, signal });
  }
}

/** The other way round in each second round, so that nobody is always the first. */
async function runRound(turns, { round, progress, seconds, signal, ...options }) {
  const runs = [];
  for (const { contestant, work, clients } of round % 2 === 1 ? turns : turns.toReversed()) {
    const load = { requests: requestsOf(work, options), clients, seconds, signal };
    const run = { ...(await measure(contestant, work, load)), round };
    runs.push(run);
    progress(run, work);
  }
  return runs;
}

function requestsOf({ most = Infinity }, { requests }) {
  return Math.min(requests, most);
}

function warmUpOf(work, options) {
  return Math.ceil(requestsOf(work, options) / 2);
}

function progressOf(total) {
  let done = 0;
  return ({ clients, round, perSecond, server }, work) => {
    done += 1;
    const place = `${String(done).padStart(String(total).length)} of ${total}`;
    const speed = perSecond.toFixed(perSecond < 20 ? 1 : 0).padStart(6);
    say(`${place}  round ${round}  ${clients} clients  ${speed}/s  ${work.name}: ${server}`);
  };
}
