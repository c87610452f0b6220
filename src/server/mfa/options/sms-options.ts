import { ArrayNotEmpty, IsArray, IsOptional, Matches } from 'class-validator';
import { IsMessageTemplate } from './is-message-template.js';
import { IsWholeNumber } from './is-whole-number.js';

const PREFIXES = 'a list of beginnings of numbers such as "+49" or "+1 242"';

/** The options of a factor of type `sms`, as they are written in the file. */
export class SmsOptions {
  @IsOptional()
  @IsArray({ message: PREFIXES })
  @ArrayNotEmpty({ message: PREFIXES })
  @Matches(/^\+ ?[1-9](?: ?\d){0,14}$/, { each: true, message: PREFIXES })
  readonly allowed_prefixes?: readonly string[];

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
