import { nameOfWork } from './works.mjs';

/**
 * @typedef {import('./summary.mjs').Spread} Spread
 * @typedef {import('./summary.mjs').RunSummary} RunSummary
 */

const CLIENTS = 8;
const PEER = 'Better Auth';
/** Works whose round trips are bounded beside those of a right code. */
const BOUNDED = ['send', 'sent', 'webauthn', 'step-up-ask', 'step-up', 'enrol', 'confirm'];

/**
 * What the server is to reach, and what it has reached in this run. What was not measured is left
 * out.
 *
 * @param {RunSummary} summary
 * @returns {{what: string, value: Spread | number, wanted: string}[]}
 */
export function goalsOf({
  rows,
  servers,
  backupShape = [],
  besideSignIns,
  processes,
  statements = [],
}) {
  /** @type {(work: string, server: string, wanted?: string, clients?: number) => {what: string, value: Spread, wanted: string}[]} */
  const ratio = (work, server, wanted = '', clients = CLIENTS) =>
    rows
      .filter((row) => row.work === work && row.server === server && row.clients === clients)
      .flatMap(({ ratio: value }) => {
        const what = `${nameOfWork(work)}, ${clients} clients: beside ${server}`;
        return value ? [{ what, value, wanted }] : [];
      });
  /** @type {(what: string, reading: 'startMs' | 'idleMib', wanted: string) => {what: string, value: number, wanted: string}[]} */
  const process = (what, reading, wanted) => {
    const [own, bare] = ['ours', 'bare Nest with TypeORM'].map(
      (name) => servers.find(({ server }) => server === name)?.[reading],
    );
    return own && bare ? [{ what, value: own / bare, wanted }] : [];
  };
  return [
    ...[8, 32].flatMap((clients) => [
      ...ratio('right', 'floor', '≥ 0.6', clients),
      ...ratio('right', 'before', '', clients),
      ...ratio('right', PEER, '≥ 3.5', clients),
      ...ratio('wrong', 'floor + failure event', '≥ 0.8', clients),
      ...ratio('wrong', 'before', '', clients),
    ]),
    ...backupShape.map(({ clients, ratio: value }) => ({
      what: `wrong code of backup shape, ${clients} clients: beside a wrong TOTP`,
      ...{ value, wanted: '≥ 0.9' },
    })),
    ...[...ratio('sign-in', 'before'), ...ratio('sign-in', PEER, '≥ 5')],
    ...[besideSignIns ?? []].flat().map(({ ratio: value }) => ({
      what: 'p95 of a right code, 8 clients: during 8 sign-ins at once, beside none',
      ...{ value, wanted: '≤ 2' },
    })),
    ...[processes ?? []].flat().map(({ ratio: value }) => ({
      what: 'right codes of 16 clients: at two processes beside one',
      ...{ value, wanted: '' },
    })),
    ...[...ratio('refresh', 'before'), ...ratio('refresh', PEER, '≥ 1')],
    ...statements
      .filter(({ server }) => server === 'ours')
      .flatMap(({ work, waitedFor: { roundTrips, commits } }) => {
        const trips = `${nameOfWork(work)}: round trips until the answer`;
        if (BOUNDED.includes(work)) return [{ what: trips, value: roundTrips, wanted: '≤ 4' }];
        if (work !== 'right') return [];
        const committed = `${nameOfWork(work)}: commits until the answer`;
        return [
          { what: trips, value: roundTrips, wanted: '≤ 2' },
          { what: committed, value: commits, wanted: '≤ 2' },
        ];
      }),
    ...process('start: beside a bare Nest with TypeORM', 'startMs', '≤ 1.5'),
    ...process('idle memory: beside the same', 'idleMib', '≤ 1.3'),
  ];
}
