import { createHmac } from 'node:crypto';

/** The content that a signature covers. */
export interface SignedContent {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** `v1,<base64>`: HMAC-SHA-256 over id, timestamp and body [Standard Webhooks 1.0, "Signature scheme"]. */
export function webhookSignature({ id, timestamp, body }: SignedContent, secret: Buffer): string {
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`);
  return `v1,${mac.digest('base64')}`;
}
