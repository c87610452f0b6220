import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';

/** The field of both the enrolment and the proof. */
export class PinFields {
  @ApiProperty({
    description: '4 to 12 digits.',
    example: '482915',
    format: 'password',
    maxLength: 12,
  })
  @IsString()
  @Matches(/^\d{4,12}$/, { message: 'Enter 4 to 12 digits.' })
  readonly pin!: string;
}
