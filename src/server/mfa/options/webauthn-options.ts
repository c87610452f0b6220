import { ArrayNotEmpty, IsArray, IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { type UserVerification } from '../../../mfa/handlers/webauthn/index.js';
import { webOrigin } from '../../config/values/formats.js';
import { relyingPartyId } from '../../config/settings/webauthn-settings.js';
import { IsOfFormat } from './is-of-format.js';
import { IsWholeNumber } from './is-whole-number.js';

const ORIGINS = 'a list of origins such as https://app.example.org';

/** The options of a factor of type `webauthn`, as they are written in the file. */
export class WebAuthnOptions {
  @IsOptional()
  @IsOfFormat(relyingPartyId)
  readonly rp_id?: string;

  @IsOptional()
  @IsArray({ message: ORIGINS })
  @ArrayNotEmpty({ message: ORIGINS })
  @ValidateBy(
    {
      name: 'isWebOrigin',
      validator: {
        validate: (value) => typeof value === 'string' && webOrigin.read(value) !== undefined,
      },
    },
    { each: true, message: ORIGINS },
  )
  readonly origins?: readonly string[];

  @IsOptional()
  @Matches(/^(?=.*\S)[^\p{Cc}\p{Cs}]{1,64}$/u, { message: 'a text of 1 to 64 characters' })
  readonly rp_name?: string;

  @IsOptional()
  @IsIn(['preferred', 'required', 'discouraged'], {
    message: 'preferred, required or discouraged',
  })
  readonly user_verification?: UserVerification;

  @IsOptional()
  @IsIn([true, false], { message: 'true or false' })
  readonly accepts_count_of_zero?: boolean;

  @IsOptional()
  @IsWholeNumber(30, 600)
  readonly timeout_seconds?: number;
}
