/** The form of a normalised text, and the greatest length before that. */
export interface TextBounds {
  /** A form of Unicode TR15. */
  readonly form: 'NFC' | 'NFKC';
  /** In UTF-16 units, before normalisation. */
  readonly maxLength: number;
}

/**
 * Normalises a text of bounded length. Some orders of combining marks take time that grows with the
 * square of their number, so a long text would delay all other requests. The result may be longer
 * than the text, at most 18 times [Unicode TR15 §1.2, "maximum expansion factors"].
 * `form` is `NFC` or `NFKC`, `maxLength` counts UTF-16 units.
 *
 * @returns null for a longer text
 */
export function normalizeText(text: string, { form, maxLength }: TextBounds): string | null {
  return text.length > maxLength ? null : text.normalize(form);
}
