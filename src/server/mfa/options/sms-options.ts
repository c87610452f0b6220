import { ArrayNotEmpty, IsArray, IsOptional, Matches } from 'class-validator';
import { SMS_OPTIONS } from '../../../mfa/handlers/sms/index.js';
import { optionsClassOf } from './options-class-of.js';

const PREFIXES = 'a list of beginnings of numbers such as "+49" or "+1 242"';

/** The options of a factor of type `sms`, as they are written in the file. */
export class SmsOptions extends optionsClassOf(SMS_OPTIONS) {
  @IsOptional()
  @IsArray({ message: PREFIXES })
  @ArrayNotEmpty({ message: PREFIXES })
  @Matches(/^\+ ?[1-9](?: ?\d){0,14}$/, { each: true, message: PREFIXES })
  readonly allowed_prefixes?: readonly string[];
}
