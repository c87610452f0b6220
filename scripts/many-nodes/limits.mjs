/** @typedef {Pick<import('./client.mjs').Client, 'post'>} Poster */

/** Requests that one address may send in a minute in this test. */
export const LIMIT_PER_MINUTE = 150;
/** The divisor for each process without Redis, as in FallbackStorage. */
const STRICTER_BY = 3;
const AT_ONCE = 25;

/**
 * The most requests of one address that may pass: counted in Redis, and at `alone` processes that
 * count by themselves.
 *
 * @param {{withRedis: boolean, alone: number}} counting
 */
export function mostRequests({ withRedis, alone }) {
  const perProcess = Math.floor(LIMIT_PER_MINUTE / STRICTER_BY);
  return (withRedis ? LIMIT_PER_MINUTE : 0) + alone * perProcess;
}

/**
 * Sends twice the limit from one address to all processes.
 *
 * @param {Poster} client
 * @param {string} address
 * @returns how many passed
 */
export async function exceedLimit(client, address) {
  let passed = 0;
  for (let sent = 0; sent < 2 * LIMIT_PER_MINUTE; sent += AT_ONCE) {
    // Requests that pass the guard are refused by validation, which is cheap.
    const asked = Array.from({ length: AT_ONCE }, () => client.post(address, '/token/verify/', {}));
    for (const { status, body } of await Promise.all(asked)) {
      if (status === 400) passed += 1;
      else if (body?.code !== 'rate_limited') throw new Error(`Got ${status} ${body?.code}.`);
    }
  }
  return passed;
}
