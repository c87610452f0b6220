import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { AcceptNumberAsText, BoundedText } from './text-fields.js';
import { MAX_CODE_LENGTH } from './normalize-text.js';

/** The proof of a method whose factor is a typed one-time code. */
export class CodeProof {
  /** As the person typed it. `normalizeCode` reads it. */
  @ApiProperty({
    description: 'The one-time code. Blanks and hyphens in it do not matter.',
    example: '123456',
    minLength: 1,
    maxLength: MAX_CODE_LENGTH,
  })
  @AcceptNumberAsText()
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_CODE_LENGTH)
  readonly code!: string;
}
