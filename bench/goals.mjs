import { nameOfWork } from './works.mjs';

/**
 * @typedef {import('./measure.mjs').Spread} Spread
 * @typedef {import('./summary.mjs').RunSummary} RunSummary
 * @typedef {{what: string, value: Spread | number, wanted: string}} Goal
 */

const VERIFY_CLIENTS = [8, 32];
const CLIENTS = 8;
/** Works whose round trips are bounded beside those of a right code. */
const BOUNDED = ['send', 'sent', 'webauthn', 'step-up-ask', 'step-up', 'enrol', 'confirm'];

/**
 * What the server is to reach, and what it has reached in this run. What was not measured is left
 * out.
 *
 * @param {RunSummary} summary
 * @returns {Goal[]}
 */
export function goalsOf(summary) {
  const { backupShape = [], besideSignIns } = summary;
  const verifies = VERIFY_CLIENTS.flatMap((clients) => [
    ...ratio(summary, { work: 'right', server: 'floor', clients }, '≥ 0.6'),
    ...ratio(summary, { work: 'right', server: 'before', clients }, ''),
    ...ratio(summary, { work: 'right', server: 'Better Auth', clients }, '≥ 3.5'),
    ...ratio(summary, { work: 'wrong', server: 'floor + failure event', clients }, '≥ 0.8'),
    ...ratio(summary, { work: 'wrong', server: 'before', clients }, ''),
  ]);
  const shapes = backupShape.map(({ clients, ratio: value }) => ({
    what: `wrong code of backup shape, ${clients} clients: beside a wrong TOTP`,
    value,
    wanted: '≥ 0.9',
  }));
  const beside = besideSignIns && {
    what: 'p95 of a right code, 8 clients: during 8 sign-ins at once, beside none',
    value: besideSignIns.ratio,
    wanted: '≤ 2',
  };
  return [
    ...verifies,
    ...shapes,
    ...ratio(summary, { work: 'sign-in', server: 'before', clients: CLIENTS }, ''),
    ...ratio(summary, { work: 'sign-in', server: 'Better Auth', clients: CLIENTS }, '≥ 5'),
    ...(beside ? [beside] : []),
    ...ratio(summary, { work: 'refresh', server: 'before', clients: CLIENTS }, ''),
    ...ratio(summary, { work: 'refresh', server: 'Better Auth', clients: CLIENTS }, '≥ 1'),
    ...statementGoals(summary),
    ...processGoals(summary),
  ];
}

/**
 * @param {RunSummary} summary
 * @param {{work: string, server: string, clients: number}} place
 * @param {string} wanted
 * @returns {Goal[]}
 */
function ratio({ rows }, { work, server, clients }, wanted) {
  const row = rows.find(
    (each) => each.work === work && each.server === server && each.clients === clients,
  );
  if (!row?.ratio) return [];
  return [
    { what: `${nameOfWork(work)}, ${clients} clients: beside ${server}`, value: row.ratio, wanted },
  ];
}

/**
 * @param {RunSummary} summary
 * @returns {Goal[]}
 */
function statementGoals({ statements = [] }) {
  return statements
    .filter(({ server }) => server === 'ours')
    .flatMap(({ work, waitedFor: { roundTrips, commits } }) => {
      const name = nameOfWork(work);
      const trips = `${name}: round trips until the answer`;
      if (BOUNDED.includes(work)) return [{ what: trips, value: roundTrips, wanted: '≤ 4' }];
      if (work !== 'right') return [];
      return [
        { what: trips, value: roundTrips, wanted: '≤ 2' },
        { what: `${name}: commits until the answer`, value: commits, wanted: '≤ 2' },
      ];
    });
}

/**
 * @param {RunSummary} summary
 * @returns {Goal[]}
 */
function processGoals({ servers }) {
  const [ours, bare] = ['ours', 'bare Nest with TypeORM'].map((name) =>
    servers.find(({ server }) => server === name),
  );
  /** @type {(what: string, value: number | null | undefined, by: number | null | undefined, wanted: string) => Goal[]} */
  const goal = (what, value, by, wanted) =>
    value && by ? [{ what, value: value / by, wanted }] : [];
  return [
    ...goal('start: beside a bare Nest with TypeORM', ours?.startMs, bare?.startMs, '≤ 1.5'),
    ...goal('idle memory: beside the same', ours?.idleMib, bare?.idleMib, '≤ 1.3'),
  ];
}
