import { setTimeout } from 'node:timers/promises';
import { say } from './progress.mjs';
import { residentMibOf } from './processes.mjs';

/** After this long a process that nobody asks anything holds what it goes on holding. */
const IDLE_SECONDS = 3;

/**
 * Starts one more process of each by turns, on a database that is already made, and ends it again.
 *
 * @returns {Promise<{server: string, round: number, startMs: number, idleMib: number | null}[]>}
 *   `startMs` is from the start of the process until it answers that it is ready
 */
export async function measureStarts(contestants, { rounds, signal }) {
  const starts = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, start } of contestants.filter((one) => one.start !== undefined)) {
      const server = await start();
      try {
        await setTimeout(IDLE_SECONDS * 1000, undefined, { signal });
        const idleMib = await residentMibOf(server.pid);
        starts.push({ server: name, round, startMs: server.startMilliseconds, idleMib });
        say(`start ${round} of ${rounds}  ${server.startMilliseconds.toFixed(0)} ms: ${name}`);
      } finally {
        await server.stop();
      }
    }
  }
  return starts;
}
