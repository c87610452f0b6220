import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { BoundedText } from '../../contract/text-fields.js';
import { LONGEST_METHOD_NAME } from './method-name-field.js';

/** The ephemeral token in examples. A page may replace it by the real one. */
export const STEP_UP_TOKEN_PLACEHOLDER = '<ephemeral_token of step-up>';

/** Body of `step-up/`. */
export class StepUpBody {
  @ApiPropertyOptional({
    description: 'The active method that is to be asked for; absent: the primary one.',
    example: 'app',
    maxLength: LONGEST_METHOD_NAME,
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_METHOD_NAME)
  readonly method?: string;
}
