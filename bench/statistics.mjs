/** @param {(number | null)[]} values null when one of them is not known, or there is none */
export function median(values) {
  if (values.length === 0 || values.includes(null)) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** The value below which a part of the ascending values lies. */
export function quantile(ascending, part) {
  return ascending[Math.min(Math.floor(ascending.length * part), ascending.length - 1)];
}

/** Ratios of several rounds as one. */
export function spreadOf(ratios) {
  return { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
}

/** The spread with few digits. */
export function roundedSpread(spread) {
  return Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, round(value, 3)]));
}

/** The number with so many digits behind the point; null stays null. */
export function round(value, digits) {
  return value === null ? null : Number(value.toFixed(digits));
}
