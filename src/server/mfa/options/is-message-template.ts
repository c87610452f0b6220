import { Matches } from 'class-validator';

/** A rule for an option that takes the text of a message with a place for its code. */
export function IsMessageTemplate(): PropertyDecorator {
  return Matches(/^(?=[^]{0,300}$)[^{}]*\{code\}[^{}]*$/, {
    message: 'a text of at most 300 characters with {code} in it once, and no other placeholder',
  });
}
