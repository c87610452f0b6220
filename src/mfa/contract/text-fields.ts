import { Transform } from 'class-transformer';
import { MaxLength } from 'class-validator';

/**
 * Refuses a text that is too long. Every text field of a DTO has this or a pattern that bounds it:
 * the cost of reading a text grows with its length.
 *
 * @param maxLength in UTF-16 units
 */
export function BoundedText(maxLength: number): PropertyDecorator {
  return MaxLength(maxLength, {
    message: `Ensure this field has no more than ${maxLength} characters.`,
  });
}

/**
 * Removes blanks of every kind around a text field: keyboards and pasting leave them. Every field for
 * a name or an address has this. A field for a secret has not, because a blank may be part of it.
 */
export function Trimmed(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim() : value,
  );
}

/**
 * Lets a text field take a JSON number: `{"code": 123456}` is read as `"123456"`. A number loses its
 * leading zeros, so clients should send text.
 */
export function AcceptNumberAsText(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'number' ? String(value) : value,
  );
}
