import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../contract/bounded-text.js';

/** Names are at most 32 long; a longer one is answered as unknown rather than as too long. */
export const LONGEST_METHOD_NAME = 64;

/** A field that names a method. Whether there is one of that name, the core decides. */
export function MethodNameField(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, example: 'app', maxLength: LONGEST_METHOD_NAME }),
    IsString(),
    IsNotEmpty(),
    BoundedText(LONGEST_METHOD_NAME),
  );
}
