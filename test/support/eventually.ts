const MOST_LOOKS = 500;

/**
 * Looks again until what a test waits for is there: for work that an answer does not wait for.
 *
 * @param look asks the server or the database, so that each look gives the work its turn
 */
export async function eventually<T>(
  look: () => Promise<T>,
  isThere: (value: T) => boolean,
): Promise<T> {
  let value = await look();
  for (let looks = 1; looks < MOST_LOOKS && !isThere(value); looks++) value = await look();
  return value;
}
