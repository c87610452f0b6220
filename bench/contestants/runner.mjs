import { sendRequests } from '../client.mjs';

/** Ids of the second steps, which all servers have. */
export const SECOND_STEPS = ['right', 'wrong', 'wrong-backup', 'backup'];

/**
 * What sends a contestant's requests.
 *
 * @param {(work: import('../works.mjs').Work, login: object, port: number) =>
 *   import('../client.mjs').Sending} requestTo
 * @param {(work: import('../works.mjs').Work) => import('../client.mjs').Expected} expectsOf
 */
export function runnerOf(requestTo, expectsOf) {
  return ({ work, ...load }) =>
    sendRequests({
      ...load,
      makeRequest: (login) => requestTo(work, login, load.port),
      expects: expectsOf(work),
    });
}
