const MOST_LOOKS = 500;

/**
 * Looks again until the awaited state is there, for work that no answer waits for.
 *
 * @param look asks the server or the database, so that each look lets the work proceed
 */
export async function eventually<T>(
  look: () => Promise<T>,
  isThere: (value: T) => boolean,
): Promise<T> {
  let value = await look();
  for (let looks = 1; looks < MOST_LOOKS && !isThere(value); looks++) value = await look();
  return value;
}
