import { type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsOptional } from 'class-validator';
import { type NotifyDestination } from './notify-destinations.js';

/** What the set-up of notifications asks. */
export interface NotifyFields {
  /** Ids, each once, at least one. Absent, where just one is on offer: that one. */
  readonly destinations?: readonly string[];
}

/** A form sends one choice as a text that stands alone. */
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
  // There is nothing to choose then.
  if (ids.length === 1) IsOptional()(NotifySetup.prototype, 'destinations');
  return NotifySetup;
}
