import { cpuSecondsOf } from './processes.mjs';
import { quantile } from './statistics.mjs';

const SEED_BATCH = 1000;

/**
 * One measurement: `p50`, `p95` and `p99` are latencies in milliseconds, `cpuMs` is the CPU time of
 * the server's process for one request, which is also the seconds for 1,000 of them; null where the
 * system does not tell.
 *
 * @typedef {{work: string, server: string, clients: number, requests: number, perSecond: number,
 *   p50: number, p95: number, p99: number, cpuMs: number | null}} Run
 */

/** Makes up the contestant's tickets to the given number. */
export async function prepareTickets(contestant, count, signal) {
  contestant.tickets ??= [];
  while (contestant.tickets.length < count) {
    signal.throwIfAborted();
    const batch = Math.min(SEED_BATCH, count - contestant.tickets.length);
    contestant.tickets.push(...(await contestant.seed(batch)));
  }
}

/**
 * Measures one work of one contestant; tickets that are not used go back.
 *
 * @param {{server?: {port: number, pid: number}, tickets: object[], run: Function}} contestant
 * @param {import('./works.mjs').Work} work
 * @param {{requests: number, clients: number, seconds: number, signal: AbortSignal}} load
 * @returns {Promise<Run>}
 */
export async function measure(contestant, work, { requests, clients, seconds, signal }) {
  const { server, tickets: all } = contestant;
  const tickets = all.splice(-requests);
  const pid = server?.pid ?? process.pid;
  const cpuBefore = await cpuSecondsOf(pid);
  const load = { port: server?.port, work, tickets, clients, seconds, signal };
  const taken = await contestant.run(load);
  const cpuAfter = await cpuSecondsOf(pid);
  all.push(...tickets);
  const done = taken.latencies.length;
  return {
    work: work.id,
    server: contestant.name,
    clients,
    requests: done,
    perSecond: done / taken.seconds,
    p50: quantile(taken.latencies, 0.5),
    p95: quantile(taken.latencies, 0.95),
    p99: quantile(taken.latencies, 0.99),
    cpuMs: cpuBefore === null ? null : ((cpuAfter - cpuBefore) * 1000) / done,
  };
}
