import { type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsOptional } from 'class-validator';
import { type NotifyDestination } from './notify-destinations.js';

/** Enrolment fields of notifications. */
export interface NotifyFields {
  /** Distinct ids, at least one. Where only one destination is on offer, absent means that one. */
  readonly destinations?: readonly string[];
}

/** A form sends a single choice as a string, not as a list. */
const listOfOne = ({ value }: { readonly value: unknown }) =>
  typeof value === 'string' ? [value] : value;

/** The set-up fields of one handler, as a class that knows which destinations are on offer. */
export function notifyFieldsFor(offered: readonly NotifyDestination[]): Type<NotifyFields> {
  const ids = offered.map(({ id }) => id);
  const names = offered.map(({ id, name }) => `${id} (${name})`).join(', ');

  class NotifySetup {
    @ApiProperty({
      description: `Where codes shall be sent: ${names}.`,
      example: ids.slice(0, 1),
    })
    @Transform(listOfOne)
    @IsArray({ message: 'Expected a list of items.' })
    @ArrayNotEmpty({ message: 'This list may not be empty.' })
    @ArrayUnique({ message: 'Choose each once.' })
    @IsIn(ids, { each: true, message: `Choose among ${ids.join(', ')}.` })
    readonly destinations?: readonly string[];
  }
  // With one destination there is nothing to choose.
  if (ids.length === 1) IsOptional()(NotifySetup.prototype, 'destinations');
  return NotifySetup;
}
