/** The progress goes beside the result, so that the result can be kept by itself. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
