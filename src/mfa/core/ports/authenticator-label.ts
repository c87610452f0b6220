import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { normalizeText } from '../../contract/normalize-text.js';

/** The longest label, in characters. */
export const MAX_LABEL_LENGTH = 64;

/** UTF-16 units of a label as received: a character may be several, and blanks may be around it. */
const MAX_LABEL_TEXT_LENGTH = 4 * MAX_LABEL_LENGTH;

/**
 * No control, format or private characters, no halves of characters, no ends of lines. Characters that turn
 * the direction of text could make one label look like another. Joiners are allowed, as parts of emoji and
 * Persian words, and so are tags, as parts of flags.
 */
const LABEL =
  /^(?:[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|[\u200C\u200D]|[\u{E0020}-\u{E007F}])+$/u;

/**
 * The part of {@link LABEL} for characters of one UTF-16 unit, for JSON Schema validators without the `u`
 * flag. It refuses no valid label.
 */
const LABEL_WITHOUT_FLAG =
  '^[^\\u0000-\\u001F\\u007F-\\u009F\\u00AD\\u061C\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uE000-\\uF8FF\\uFEFF]+$';

/** A field for the label of one of several authenticators. */
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

/** The field of a set-up beside those of the handler. */
export class AuthenticatorLabel {
  @AuthenticatorLabelField({
    required: false,
    description:
      'Tells several authenticators of one method apart: needed for a second one, unique within the method.',
  })
  @IsOptional()
  readonly label?: string;
}

/** Makes labels that look alike equal [Unicode TR15]. The validators refuse a label that is too long. */
function tidy(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const form = { form: 'NFC', maxLength: MAX_LABEL_TEXT_LENGTH } as const;
  return normalizeText(value, form)?.trim() ?? value;
}
