import { WORKS } from './works.mjs';

/** `1.23 (1.10–1.40)`, or nothing. */
export function textOfSpread(spread) {
  if (spread === null) return '';
  const parts = [spread.median, spread.least, spread.greatest].map((value) => value.toFixed(2));
  const to = spread.least < 0 ? ' to ' : '–';
  return `${parts[0]} (${parts[1]}${to}${parts[2]})`;
}

/** Few digits where they mean little; a dash for what is not known. */
export function textOfNumber(value) {
  if (value === null) return '–';
  return value.toFixed(value < 20 ? 1 : 0);
}

/** What was measured of a work, as tables have it behind the names of work and server. */
export function cellsOfMeasures(row) {
  return [
    textOfNumber(row.perSecond),
    ...[row.p50, row.p95, row.p99].map((value) => value.toFixed(1)),
    row.cpuMs?.toFixed(2) ?? '–',
    textOfSpread(row.ratio),
  ];
}

/** The name of a work in tables. */
export function nameOfWork(id) {
  return WORKS.find((work) => work.id === id).name;
}

/** `name value, name value`. */
export function textOfFacts(facts) {
  const parts = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return parts.join(', ');
}
