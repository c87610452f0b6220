import { performance } from 'node:perf_hooks';

/**
 * The check of a password in this process, beside which a sign-in of one client is read.
 *
 * @param {string} name
 * @param {() => Promise<boolean>} check
 */
export function hashAlone(name, check) {
  return {
    id: name,
    name,
    works: ['sign-in'],
    clients: [1],
    openSeeder: async () => async (count) => Array.from({ length: count }, () => ({})),
    run: ({ tickets, seconds }) => checkUntil(check, { tickets, seconds }),
  };
}

async function checkUntil(check, { tickets, seconds }) {
  const latencies = [];
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  while (tickets.length > 0 && elapsedSeconds() < seconds) {
    tickets.pop();
    const checkedAt = performance.now();
    await check();
    latencies.push(performance.now() - checkedAt);
  }
  return { seconds: elapsedSeconds(), latencies: latencies.sort((a, b) => a - b) };
}
