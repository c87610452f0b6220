import { OUR_SETTINGS } from './contestants/ours.mjs';
import { cellsOfMeasures, nameOfWork, textOfFacts, textOfNumber, textOfSpread } from './words.mjs';

const NOTES = `
Every request has a login of its own: no code is tried twice, no budget is used up.
CPU ms is the time of the server's process for one request, which is also the seconds for 1,000;
PostgreSQL's and the client's are not in it. ours / this is the ratio of the throughputs in the same
round: median (least–greatest). What each server does for a request is told in docs/performance.md.`;

/** The whole summary as text for a terminal. */
export function renderText(summary) {
  const tables = [
    ...tablesOfRows(summary.rows),
    tableOfServers(summary.servers),
    linesOfExtras(summary),
  ];
  return [describe(summary), ...tables.filter((text) => text !== ''), NOTES].join('\n\n');
}

function describe({ command, startedAt, rounds, requests, seconds, machine, versions }) {
  const settings = Object.entries(OUR_SETTINGS).map(([name, value]) => `${name}=${value}`);
  return [
    `${command}  ${startedAt}`,
    `${rounds} rounds of at most ${requests} requests or ${seconds} s each`,
    textOfFacts(machine),
    textOfFacts(versions),
    `Settings of ours: ${settings.join(' ')}, all else as it is by default.`,
  ].join('\n');
}

function tablesOfRows(rows) {
  const numbers = [...new Set(rows.map(({ clients }) => clients))];
  return numbers.map((clients) => {
    const own = rows.filter((row) => row.clients === clients);
    const cells = own.map((row) => [nameOfWork(row.work), row.server, ...cellsOfMeasures(row)]);
    const title = `${clients} client${clients === 1 ? '' : 's'}`;
    return alignTable([
      [title, 'server', 'per s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms', 'ours / this'],
      ...cells,
    ]);
  });
}

function tableOfServers(servers) {
  if (servers.length === 0) return '';
  const cells = servers.map(({ server, startMs, idleMib, afterwardsMib }) => [
    'process',
    server,
    ...[startMs, idleMib, afterwardsMib].map(textOfNumber),
  ]);
  return alignTable([['', 'server', 'start ms', 'idle MiB', 'after load MiB'], ...cells]);
}

function linesOfExtras({ signIns, besideSignIns, processes }) {
  const lines = signIns.map(
    ({ server, signInMs, hashMs, overMs }) =>
      `sign-in, 1 client, ${server}: ${signInMs.toFixed(1)} ms, hash alone ${hashMs.toFixed(1)} ms, difference ${textOfSpread(overMs)} ms`,
  );
  if (besideSignIns !== null) {
    const { aloneP95, besideP95, ratio } = besideSignIns;
    lines.push(
      `p95 of a right code, 8 clients: ${aloneP95} ms alone, ${besideP95} ms during 8 sign-ins at once: ${textOfSpread(ratio)}`,
    );
  }
  if (processes !== null) {
    const { one, two, ratio } = processes;
    lines.push(
      `right codes per second, 16 clients: ${one} at one process, ${two} at two: ${textOfSpread(ratio)}`,
    );
  }
  return lines.join('\n');
}

/** @param {string[][]} lines the first two columns are words */
export function alignTable(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const pad = (cell, column) =>
    column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
