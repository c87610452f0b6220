import { ConfigError } from '../values/config-error.js';

/** A web service that is told something, by requests that it can know to be ours. */
export interface SignedWebhook {
  readonly url: string;
  /** Signs what is sent there. */
  readonly secret: Buffer;
}

/**
 * The service that two settings name together; null: neither is set.
 *
 * @throws {ConfigError} when one of the two is set without the other
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
