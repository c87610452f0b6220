import { ConfigError } from '../values/config-error.js';

/** A web service that receives requests with our signature. */
export interface SignedWebhook {
  readonly url: string;
  /** The key of the signature. */
  readonly secret: Buffer;
}

/**
 * The service of two settings; null: neither is set.
 *
 * @throws {ConfigError} when only one of the two is set
 */
export function signedWebhookOf<Url extends string, Secret extends string>(
  values: Readonly<Record<Url, string | null> & Record<Secret, Buffer | null>>,
  [urlName, secretName]: readonly [Url, Secret],
): SignedWebhook | null {
  const url: string | null = values[urlName];
  const secret: Buffer | null = values[secretName];
  if (url !== null && secret !== null) return { url, secret };
  if (url === null && secret === null) return null;
  const missing = url === null ? urlName : secretName;
  throw new ConfigError([
    `${missing} is missing: set ${urlName} and ${secretName} together, or neither.`,
  ]);
}
