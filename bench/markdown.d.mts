/** The README's table of a result as docs/bench.json has it. */
export function renderReadmeBlock(result: unknown): string;
/** All tables of a result as docs/bench.json has it. */
export function renderRunBlock(result: unknown): string;
/** All tables of a result as docs/bench-growth.json has it. */
export function renderGrowthBlock(result: unknown): string;
