import { measure, prepareTickets } from './measure.mjs';
import { say } from './progress.mjs';
import { WORKS } from './works.mjs';

const CLIENTS = 16;
const RIGHT_CODE = WORKS.find(({ id }) => id === 'right');

/**
 * Measures right codes at one process of ours, and at two on the same database, each with half of
 * the clients, by turns. Any answer that is not the expected one ends the run.
 *
 * @returns {Promise<{round: number, one: number, two: number}[]>} requests per second
 */
export async function measureTwoProcesses(ours, { rounds, requests, seconds, signal }, cleanup) {
  const second = { ...ours, server: await ours.start(), tickets: [] };
  cleanup.push(second.server.stop);
  await prepareTickets(ours, 2 * rounds * requests, signal);
  await prepareTickets(second, (rounds + 1) * requests, signal);
  const load = { requests, clients: CLIENTS, seconds, signal };
  const half = { ...load, clients: CLIENTS / 2 };
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
