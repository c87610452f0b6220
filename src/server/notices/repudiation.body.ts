import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';

/** What the page behind a "this was not me" link posts. */
export class RepudiationBody {
  @ApiProperty({ description: 'What stands behind the # of the link.' })
  @IsString()
  @IsNotEmpty()
  token!: string;
}
