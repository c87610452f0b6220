import { applyDecorators } from '@nestjs/common';
import { IsInt, Max, Min } from 'class-validator';

/** A rule for an option that takes a whole number from `least` to `greatest`. */
export function IsWholeNumber(least: number, greatest: number): PropertyDecorator {
  const message = `a whole number from ${least} to ${greatest}`;
  return applyDecorators(IsInt({ message }), Min(least, { message }), Max(greatest, { message }));
}
