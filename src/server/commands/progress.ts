/** The stream on which a command shows its progress. */
export interface ProgressOutput {
  /** True for a terminal, where one line can be drawn again and again. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_CHARACTERS = 30;

/** How much is done, and of how much. */
export interface Progress {
  readonly seen: number;
  readonly total: number;
}

/** Shows the progress in words: behind a bar on a terminal, else as a line of its own. */
export function showProgress(
  output: ProgressOutput,
  { seen, total }: Progress,
  counts: string,
): void {
  if (output.isTTY !== true) {
    output.write(`${counts}\n`);
    return;
  }
  // Rows that were written after the count are seen but not counted.
  const part = total === 0 ? 1 : Math.min(seen / total, 1);
  const bar = '#'.repeat(Math.round(part * BAR_CHARACTERS)).padEnd(BAR_CHARACTERS, '.');
  output.write(`\r[${bar}] ${counts}\u001b[K`);
}

/** Ends what {@link showProgress} began. */
export function endProgress(output: ProgressOutput): void {
  if (output.isTTY === true) output.write('\n');
}
