import { MaxLength } from 'class-validator';

/**
 * Refuses a text that is too long. Every text field of a DTO has this, or a form that says as much:
 * what is done with a text costs by its length.
 *
 * @param maxLength in UTF-16 units
 */
export function BoundedText(maxLength: number): PropertyDecorator {
  return MaxLength(maxLength, {
    message: `Ensure this field has no more than ${maxLength} characters.`,
  });
}
