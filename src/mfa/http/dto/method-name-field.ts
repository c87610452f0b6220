import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

/** Names are at most 32 long; a longer one is answered as unknown rather than as too long. */
export const LONGEST_METHOD_NAME = 64;

/** A field that names a method. Whether there is one of that name, the core decides. */
export function MethodNameField(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, example: 'app' }),
    IsString(),
    IsNotEmpty(),
    MaxLength(LONGEST_METHOD_NAME),
  );
}
