import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from './command.mjs';
import { ours as makeOurs } from './contestants/ours.mjs';
import { measure, prepareTickets } from './measure.mjs';
import { residentMibOf } from './processes.mjs';
import { say } from './progress.mjs';

const STEP = 10_000;

/**
 * Memory of a process while it verifies: what it holds of the machine, and what of its heap was in
 * use after the last full garbage collection.
 *
 * @param work what is verified
 * @param {{verifies: number, clients: number, databaseUrl: string, signal: AbortSignal}} options
 */
export async function measureMemory(work, { verifies, clients, databaseUrl, signal }, context) {
  const database = await openDatabase(databaseUrl, context);
  const folder = await mkdtemp(join(tmpdir(), 'live-heap-'));
  context.cleanup.push(() => rm(folder, { recursive: true }));
  const liveHeapFile = join(folder, 'bytes');
  const ours = await makeOurs(database);
  ours.server = await ours.start({
    NODE_OPTIONS: `--import ${new URL('./live-heap.mjs', import.meta.url)}`,
    LIVE_HEAP_FILE: liveHeapFile,
  });
  context.cleanup.push(ours.server.stop);
  ours.seed = await ours.openSeeder();
  const read = async (done) => ({
    verifies: done,
    residentMib: await residentMibOf(ours.server.pid),
    liveHeapMib: await liveHeapMibOf(liveHeapFile),
  });
  const readings = [await read(0)];
  for (let done = 0; done < verifies;) {
    const requests = Math.min(STEP, verifies - done);
    await prepareTickets(ours, requests, signal);
    const load = { requests, clients, seconds: Infinity, signal };
    const { perSecond } = await measure(ours, work, load);
    done += requests;
    const reading = await read(done);
    readings.push(reading);
    const { residentMib, liveHeapMib } = reading;
    say(
      `${done} of ${verifies} right codes  ${perSecond.toFixed(0)}/s  ${residentMib?.toFixed(0)} MiB, of the heap in use ${liveHeapMib?.toFixed(1)}`,
    );
  }
  return readings;
}

/** Null before the first full collection. */
async function liveHeapMibOf(file) {
  const bytes = await readFile(file, 'utf8').catch(() => null);
  return bytes && Number(bytes) / 1_048_576;
}
