import { Transform } from 'class-transformer';

/**
 * Drops blanks around a text field, of whatever kind: keyboards and pasting leave them. Every field for a
 * name or an address has this; none for a secret has, where a blank may be part of it.
 */
export function Trimmed(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim() : value,
  );
}
