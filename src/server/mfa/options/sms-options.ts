import { IsOptional } from 'class-validator';
import { IsMessageTemplate } from './is-message-template.js';
import { IsWholeNumber } from './is-whole-number.js';

/** The options of a factor of type `sms`, as they are written in the file. */
export class SmsOptions {
  @IsOptional()
  @IsMessageTemplate()
  readonly message?: string;

  @IsOptional()
  @IsWholeNumber(6, 10)
  readonly code_length?: number;

  @IsOptional()
  @IsWholeNumber(60, 600)
  readonly code_lifetime_seconds?: number;
}
