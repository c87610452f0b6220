import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { BoundedText } from '../../mfa/index.js';

/** Several times the length of the tokens that are made. */
const LONGEST_TOKEN = 256;

/** What the page behind a "this was not me" link posts. */
export class RepudiationBody {
  @ApiProperty({ description: 'What stands behind the # of the link.', maxLength: LONGEST_TOKEN })
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_TOKEN)
  token!: string;
}
