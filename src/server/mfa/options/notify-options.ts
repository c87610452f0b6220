import { z } from 'zod';
import { NOTIFY_OPTIONS } from '../../../mfa/handlers/notify/index.js';
import { matching } from '../../config/values/formats.js';
import { asWhole, optionsSchema } from '../../config/values/read-entry-options.js';
import { webhookSecret, webhookUrl } from '../../config/values/webhook-formats.js';
import { optionsSchemaOf } from './options-schema-of.js';

const id = matching(
  /^[a-z0-9][a-z0-9_.-]{0,63}$/,
  'lower-case letters, digits, "_", "-" and ".", at most 64',
);
const ids = asWhole(z.array(id), 'a list of ids of destinations');
const DESTINATIONS =
  'a list of at least one destination, each with id, name, url and perhaps a secret';

/** The options of a destination of `notify`, as the file has them. */
export const notifyDestination = optionsSchema({
  id,
  name: matching(/^(?=.*\S)[^\p{Cc}\p{Cs}]{1,64}$/u, 'a text of 1 to 64 characters'),
  url: webhookUrl,
  secret: webhookSecret.exactOptional(),
});

/** The options of `notify`, as the file has them. */
export const notifyOptions = optionsSchema({
  destinations: z.array(notifyDestination, DESTINATIONS).min(1, DESTINATIONS).exactOptional(),
  include: ids.exactOptional(),
  exclude: ids.exactOptional(),
  ...optionsSchemaOf(NOTIFY_OPTIONS).shape,
});
