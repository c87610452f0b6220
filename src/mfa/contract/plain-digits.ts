const DIGITS = /\p{Nd}/gu;

/**
 * Replaces the digits of other scripts by plain ones: keyboards for Arabic, Persian, Hindi, Bengali or
 * Thai write their own. The ten digits of a script follow each other from zero [Unicode §4.6].
 */
export function withPlainDigits(text: string): string {
  return text.replace(DIGITS, (digit) => String(valueOf(Number(digit.codePointAt(0)))));
}

/** Counts from the beginning of the run of digits. A run has the ten digits of one script or of several. */
function valueOf(codePoint: number): number {
  let run = 0;
  while (isDigit(codePoint - run - 1)) run += 1;
  return run % 10;
}

function isDigit(codePoint: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(codePoint));
}
