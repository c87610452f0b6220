import { Transform } from 'class-transformer';

/**
 * Lets a text field take a JSON number: `{"code": 123456}` is read as `"123456"`. Leading zeros are
 * lost in a number, so clients do better to send text.
 */
export function AcceptNumberAsText(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'number' ? String(value) : value,
  );
}
