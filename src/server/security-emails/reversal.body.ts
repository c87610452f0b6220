import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { LONGEST_NOT_ME_TOKEN } from './reversal-links.js';

/** What the page behind a "this was not me" link posts. A token that is too long is a bad one. */
export class ReversalBody {
  @ApiProperty({
    description: 'What stands behind the # of the link.',
    maxLength: LONGEST_NOT_ME_TOKEN,
  })
  @IsString()
  @IsNotEmpty()
  token!: string;
}
