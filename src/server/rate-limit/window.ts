/** Requests are counted by the minute. */
export const WINDOW_MILLISECONDS = 60_000;
