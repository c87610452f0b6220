import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { normalizeText } from '../../contract/normalize-text.js';

/** Characters of a label. */
export const MAX_LABEL_LENGTH = 64;

/** UTF-16 units of a label as it came: letters may be written as several, with blanks around. */
const MAX_LABEL_TEXT_LENGTH = 4 * MAX_LABEL_LENGTH;

/**
 * Anything but control, format and private characters, halves of characters and ends of lines: those that
 * turn the direction of text would make a label look like another. Joiners are part of emoji and of
 * Persian words, and tags of flags.
 */
const LABEL =
  /^(?:[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|[\u200C\u200D]|[\u{E0020}-\u{E007F}])+$/u;

/**
 * What {@link LABEL} refuses of the characters that are one UTF-16 unit, for readers that know no `u` flag;
 * a label that this refuses is refused.
 */
const LABEL_WITHOUT_FLAG =
  '^[^\\u0000-\\u001F\\u007F-\\u009F\\u00AD\\u061C\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uE000-\\uF8FF\\uFEFF]+$';

/** A field that holds the name which a person gives to one of several authenticators. */
export function AuthenticatorLabelField(options: ApiPropertyOptions = {}): PropertyDecorator {
  const pattern = LABEL_WITHOUT_FLAG;
  const documented = { example: 'Phone', maxLength: MAX_LABEL_LENGTH, pattern, ...options };
  return applyDecorators(
    ApiProperty(documented),
    Transform(({ value }: { value: unknown }) => tidy(value)),
    IsString(),
    Matches(LABEL, { message: 'Enter a name without control characters.' }),
    MaxLength(MAX_LABEL_LENGTH),
    JSONSchema({ pattern }),
  );
}

/** What a set-up says of an authenticator beside the fields of its handler. */
export class AuthenticatorLabel {
  @AuthenticatorLabelField({
    required: false,
    description:
      'Tells several authenticators of one method apart: needed for a second one, unique within the method.',
  })
  @IsOptional()
  readonly label?: string;
}

/** Two labels that look alike are one [Unicode TR15]. What is too long is left for the validators. */
function tidy(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const form = { form: 'NFC', maxLength: MAX_LABEL_TEXT_LENGTH } as const;
  return normalizeText(value, form)?.trim() ?? value;
}
