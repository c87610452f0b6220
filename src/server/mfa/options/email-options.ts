import { IsIn, IsOptional } from 'class-validator';
import { IsWholeNumber } from './is-whole-number.js';

/** The options of a factor of type `email`, as they are written in the file. */
export class EmailOptions {
  @IsOptional()
  @IsIn(['own', 'asked'], { message: 'own or asked' })
  readonly address?: 'own' | 'asked';

  @IsOptional()
  @IsWholeNumber(6, 10)
  readonly code_length?: number;

  @IsOptional()
  @IsWholeNumber(60, 600)
  readonly code_lifetime_seconds?: number;
}
