/** How a text is normalised, and how long it may be before that. */
export interface TextBounds {
  /** Of Unicode TR15. */
  readonly form: 'NFC' | 'NFKC';
  /** In UTF-16 units, of the text as it came. */
  readonly maxLength: number;
}

/**
 * The normalised form of a text, bounded first: marks in an unlucky order take the square of their
 * number in time, so that a long text would hold all other requests up. What comes out may be longer
 * than what came in, by a factor of 18 at most [Unicode TR15 §1.2, "maximum expansion factors"].
 *
 * @returns null for a text that is longer
 */
export function normalizeText(text: string, { form, maxLength }: TextBounds): string | null {
  return text.length > maxLength ? null : text.normalize(form);
}
