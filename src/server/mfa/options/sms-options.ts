import { z } from 'zod';
import { SMS_OPTIONS } from '../../../mfa/handlers/sms/index.js';
import { matching } from '../../config/values/formats.js';
import { asWhole, optionsSchema } from '../../config/values/read-entry-options.js';
import { optionsSchemaOf } from './options-schema-of.js';

const PREFIXES = 'a list of beginnings of numbers such as "+49" or "+1 242"';

/** The options of `sms`, as the file has them. */
export const smsOptions = optionsSchema({
  allowed_prefixes: asWhole(
    z.array(matching(/^\+ ?[1-9](?: ?\d){0,14}$/, PREFIXES)).min(1),
    PREFIXES,
  ).exactOptional(),
  ...optionsSchemaOf(SMS_OPTIONS).shape,
});
