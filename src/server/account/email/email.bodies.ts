import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { CodeProof } from '../../../mfa/index.js';

/** What the page behind the link of a mail posts. */
export class EmailLinkBody {
  @ApiProperty({ description: 'What stands behind the # of the link.', example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;
}

/** The code of a mail. */
export class EmailCodeBody extends CodeProof {}
