import { measure, prepareTickets } from './measure.mjs';
import { say } from './progress.mjs';
import { WORKS } from './works.mjs';

const CLIENTS = 8;
const SIGN_INS_AT_ONCE = 8;
/** More than can be hashed in the time of any measurement. */
const SIGN_INS = 1000;
const [SIGN_IN, RIGHT_CODE] = WORKS;

/**
 * Measures right codes of ours alone and beside sign-ins, each of which hashes a password, by turns.
 *
 * @returns {Promise<{round: number, alone: import('./measure.mjs').Run,
 *   beside: import('./measure.mjs').Run}[]>}
 */
export async function measureBesideSignIns(ours, { rounds, requests, seconds, signal }) {
  await prepareTickets(ours, 2 * rounds * requests + SIGN_INS, signal);
  const load = { requests, clients: CLIENTS, seconds, signal };
  const results = [];
  for (let round = 1; round <= rounds; round += 1) {
    const alone = await measure(ours, RIGHT_CODE, load);
    const beside = await whileSigningIn(ours, signal, () => measure(ours, RIGHT_CODE, load));
    results.push({ round, alone, beside });
    say(`round ${round} of ${rounds}  p95 ${alone.p95.toFixed(1)} ms, ${beside.p95.toFixed(1)} ms \
during ${SIGN_INS_AT_ONCE} sign-ins at once`);
  }
  return results;
}

async function whileSigningIn(ours, signal, use) {
  const tickets = ours.tickets.splice(-SIGN_INS);
  const load = { port: ours.server.port, work: SIGN_IN, clients: SIGN_INS_AT_ONCE, signal };
  const signIns = ours.run({ ...load, tickets });
  // Its failure is seen below; until then it is nobody's.
  signIns.catch(() => {});
  try {
    return await use();
  } finally {
    ours.tickets.push(...tickets.splice(0));
    await signIns;
  }
}
