import { createHash } from 'node:crypto';
import { normalizeText } from '../../mfa/index.js';

/** Far longer than a name or an address; the rest of a longer text is ignored. */
const LONGEST_NAME = 512;

const FORM = { form: 'NFKC', maxLength: LONGEST_NAME } as const;

/**
 * Identifies a typed name, in any case, whether or not a user has it. A digest, so that callers
 * store little, and no name.
 */
export function typedName(text: string): string {
  const name = (normalizeText(text.slice(0, LONGEST_NAME), FORM) ?? '').trim().toLowerCase();
  return createHash('sha256').update(name).digest('base64');
}
