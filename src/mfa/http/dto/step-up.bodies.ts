import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { BoundedText } from '../../contract/bounded-text.js';
import { LONGEST_METHOD_NAME } from './method-name-field.js';

/** What stands in examples for the ephemeral token, so that a page can put the real one there. */
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
