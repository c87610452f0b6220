import { createHash } from 'node:crypto';

/** Far more than a name or an address has; of a longer text the rest does not count. */
const LONGEST_NAME = 512;

/**
 * What somebody typed as their name, whatever its case and whether anybody has it. A digest, so that
 * whoever keeps it keeps little, and no name.
 */
export function typedName(text: string): string {
  const name = text.slice(0, LONGEST_NAME).normalize('NFKC').toLowerCase();
  return createHash('sha256').update(name).digest('base64');
}
