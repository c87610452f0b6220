import { IsIn, IsOptional, Matches } from 'class-validator';
import { type TotpAlgorithm, type TotpDigits } from '../../../mfa/handlers/app/index.js';
import { IsWholeNumber } from './is-whole-number.js';

const ISSUER = /^(?=.*\S)[^:\p{Cc}\p{Cs}]{1,64}$/u;

/** The options of a factor of type `app`, as they are written in the file. */
export class AppOptions {
  @IsOptional()
  @Matches(ISSUER, { message: 'a text of 1 to 64 characters without a colon' })
  readonly issuer?: string;

  @IsOptional()
  @IsIn(['SHA1', 'SHA256', 'SHA512'], { message: 'SHA1, SHA256 or SHA512' })
  readonly algorithm?: TotpAlgorithm;

  @IsOptional()
  @IsIn([6, 8], { message: '6 or 8' })
  readonly digits?: TotpDigits;

  @IsOptional()
  @IsWholeNumber(15, 60)
  readonly period_seconds?: number;

  @IsOptional()
  @IsWholeNumber(0, 2)
  readonly window_steps?: number;
}
