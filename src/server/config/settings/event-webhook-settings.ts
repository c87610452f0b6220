import { optional } from './setting.js';
import { webhookSecret, webhookUrl } from '../values/webhook-formats.js';

/** The web service that receives events. */
export const EVENT_WEBHOOK_SETTINGS = [
  optional(
    'EVENT_WEBHOOK_URL',
    'Web service that is told of every event of the audit; unset: none is',
    webhookUrl,
  ),
  optional(
    'EVENT_WEBHOOK_SECRET',
    'Key of the signatures by which that service knows this server, `whsec_…`',
    webhookSecret,
  ),
] as const;
