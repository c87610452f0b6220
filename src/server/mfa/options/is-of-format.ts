import { ValidateBy } from 'class-validator';
import { type Format } from '../../config/values/formats.js';

/** A rule for an option that is written as a setting of this format is. */
export function IsOfFormat(format: Format<unknown>): PropertyDecorator {
  const isOfFormat = (value: unknown) =>
    typeof value === 'string' && format.read(value) !== undefined;
  const validator = { validate: isOfFormat, defaultMessage: () => format.takes };
  return ValidateBy({ name: 'isOfFormat', validator });
}
