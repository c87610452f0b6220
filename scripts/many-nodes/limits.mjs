/** Requests that one address may send in a minute, in this test. */
export const LIMIT_PER_MINUTE = 150;
/** Each process by itself, while Redis is away: as FallbackStorage has it. */
const STRICTER_BY = 3;
const AT_ONCE = 25;

/** What may pass together of one address: in Redis, and at so many processes that count alone. */
export function mostRequests({ withRedis, alone }) {
  const perProcess = Math.floor(LIMIT_PER_MINUTE / STRICTER_BY);
  return (withRedis ? LIMIT_PER_MINUTE : 0) + alone * perProcess;
}

/** Sends twice the limit from one address, to all processes. @returns how many passed */
export async function exceedLimit(client, address) {
  let passed = 0;
  for (let sent = 0; sent < 2 * LIMIT_PER_MINUTE; sent += AT_ONCE) {
    // What the guard lets pass is refused for its form, and costs nothing.
    const asked = Array.from({ length: AT_ONCE }, () => client.post(address, '/token/verify/', {}));
    for (const { status, body } of await Promise.all(asked)) {
      if (status === 400) passed += 1;
      else if (body?.code !== 'rate_limited') throw new Error(`Got ${status} ${body?.code}.`);
    }
  }
  return passed;
}
