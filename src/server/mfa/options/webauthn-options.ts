import { z } from 'zod';
import { WEBAUTHN_OPTIONS } from '../../../mfa/handlers/webauthn/index.js';
import { webOrigin } from '../../config/values/formats.js';
import { asWhole, optionsSchema } from '../../config/values/read-entry-options.js';
import { relyingPartyId } from '../../config/settings/webauthn-settings.js';
import { optionsSchemaOf } from './options-schema-of.js';

const ORIGINS = 'a list of origins such as https://app.example.org';

/** The options of `webauthn`, as the file has them. */
export const webAuthnOptions = optionsSchema({
  rp_id: relyingPartyId.exactOptional(),
  origins: asWhole(z.array(webOrigin).min(1), ORIGINS).exactOptional(),
  related_origins: asWhole(z.array(webOrigin), ORIGINS).exactOptional(),
  ...optionsSchemaOf(WEBAUTHN_OPTIONS).shape,
});
