import { type Reply } from './http-client.js';

/** Counts answers by kind: `ok`, or the code of the problem. */
export async function tally(requests: readonly Promise<Reply>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, body } of await Promise.all(requests)) {
    const name = status < 300 ? 'ok' : String(body.code);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How many of parallel requests ended in which way: `ok`, or the code of the problem. */
export async function tallyOutcomes(
  requests: readonly Promise<unknown>[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(requests)) {
    const name = outcome.status === 'fulfilled' ? 'ok' : String(outcome.reason.code);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
