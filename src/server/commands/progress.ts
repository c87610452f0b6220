/** Where a command shows how far it is. */
export interface ProgressOutput {
  /** Whether a person watches, so that one line may be drawn over and over. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_CHARACTERS = 30;

/** How much of how much is done. */
export interface Progress {
  readonly seen: number;
  readonly total: number;
}

/** Shows one state after the other, in words: behind a bar on a terminal, else a line for each. */
export function showProgress(
  output: ProgressOutput,
  { seen, total }: Progress,
  counts: string,
): void {
  if (output.isTTY !== true) {
    output.write(`${counts}\n`);
    return;
  }
  // Rows that came meanwhile are seen and were not counted.
  const part = total === 0 ? 1 : Math.min(seen / total, 1);
  const bar = '#'.repeat(Math.round(part * BAR_CHARACTERS)).padEnd(BAR_CHARACTERS, '.');
  output.write(`\r[${bar}] ${counts}\u001b[K`);
}

/** Ends what {@link showProgress} began. */
export function endProgress(output: ProgressOutput): void {
  if (output.isTTY === true) output.write('\n');
}
