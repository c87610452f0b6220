/**
 * @param result as docs/bench.json has it
 * @returns an SVG that is read aloud as the same numbers
 */
export function draw(result: unknown): string;
