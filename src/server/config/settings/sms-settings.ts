import { optional } from './setting.js';
import { webhookSecret, webhookUrl } from '../values/webhook-formats.js';

/** The gateway that sends text messages. */
export const SMS_SETTINGS = [
  optional(
    'SMS_GATEWAY_URL',
    'Web service that sends text messages; unset: they are shown on the development mailbox page, not sent',
    webhookUrl,
  ),
  optional(
    'SMS_GATEWAY_SECRET',
    'Key of the signatures by which that service knows this server, `whsec_…`',
    webhookSecret,
  ),
] as const;
