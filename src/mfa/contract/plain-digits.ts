const DIGITS = /\p{Nd}/gu;

/**
 * A text with plain digits in the place of those of other scripts: keyboards for Arabic, Persian, Hindi,
 * Bengali or Thai write their own. The ten of a script follow each other from zero [Unicode §4.6].
 */
export function withPlainDigits(text: string): string {
  return text.replace(DIGITS, (digit) => String(valueOf(Number(digit.codePointAt(0)))));
}

/** Counted from where the run of digits begins: it has ten, or those of several scripts. */
function valueOf(codePoint: number): number {
  let run = 0;
  while (isDigit(codePoint - run - 1)) run += 1;
  return run % 10;
}

function isDigit(codePoint: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(codePoint));
}
