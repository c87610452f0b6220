import { ArrayNotEmpty, IsArray, IsOptional, ValidateBy } from 'class-validator';
import { WEBAUTHN_OPTIONS } from '../../../mfa/handlers/webauthn/index.js';
import { webOrigin } from '../../config/values/formats.js';
import { relyingPartyId } from '../../config/settings/webauthn-settings.js';
import { IsOfFormat } from './is-of-format.js';
import { optionsClassOf } from './options-class-of.js';

const ORIGINS = 'a list of origins such as https://app.example.org';

/** The options of a factor of type `webauthn`, as they are written in the file. */
export class WebAuthnOptions extends optionsClassOf(WEBAUTHN_OPTIONS) {
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
}
