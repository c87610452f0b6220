import { createHash } from 'node:crypto';
import { normalizeText } from '../../mfa/index.js';

/** Far more than a name or an address has; of a longer text the rest does not count. */
const LONGEST_NAME = 512;

const FORM = { form: 'NFKC', maxLength: LONGEST_NAME } as const;

/**
 * What somebody typed as their name, whatever its case and whether anybody has it. A digest, so that
 * whoever keeps it keeps little, and no name.
 */
export function typedName(text: string): string {
  const name = (normalizeText(text.slice(0, LONGEST_NAME), FORM) ?? '').trim().toLowerCase();
  return createHash('sha256').update(name).digest('base64');
}
