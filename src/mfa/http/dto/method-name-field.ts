import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../contract/text-fields.js';

/** Names have at most 32 characters. The bound is higher, so that a longer name is unknown and not too long. */
export const LONGEST_METHOD_NAME = 64;

/** A field that names a method. The core decides whether the method exists. */
export function MethodNameField(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, example: 'app', maxLength: LONGEST_METHOD_NAME }),
    IsString(),
    IsNotEmpty(),
    BoundedText(LONGEST_METHOD_NAME),
  );
}
