import { alignTable } from './report.mjs';
import { textOfFacts, textOfNumber, textOfSpread } from './words.mjs';

/** The summary as text for a terminal. */
export function renderGrowthText({ growth, memory, memoryRatio, liveHeapRatio, ...about }) {
  const { command, startedAt, machine, versions } = about;
  const sizes = growth.map(({ users, events, databaseMib, right, wrong }) => [
    ...[users, events].map((count) => count.toLocaleString('en')),
    textOfNumber(databaseMib),
    ...[right, wrong].flatMap(({ p95, ratio }) => [p95.toFixed(1), textOfSpread(ratio)]),
  ]);
  const heading = ['users', 'events', 'MiB', 'right p95 ms', 'ratio', 'wrong p95 ms', 'ratio'];
  const readings = memory.map(({ verifies, residentMib, liveHeapMib }) => [
    'after',
    `${verifies.toLocaleString('en')} right codes`,
    `${textOfNumber(residentMib)} MiB`,
    `heap in use ${liveHeapMib?.toFixed(1) ?? '–'} MiB`,
  ]);
  return [
    `${command}  ${startedAt}\n${textOfFacts(machine)}\n${textOfFacts(versions)}`,
    alignTable([heading, ...sizes]),
    alignTable(readings),
    `at the end by that after 20,000: resident ${memoryRatio?.toFixed(2) ?? '–'}, heap in use ${liveHeapRatio?.toFixed(2) ?? '–'}`,
  ].join('\n\n');
}
