/** The part of a request that the library reads. Requests of Express and of Fastify both fit. */
export interface HttpRequest {
  /** In upper case. */
  readonly method?: string | undefined;
  /** The address of the client, after the host's trust-proxy setting. */
  readonly ip?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed body, untrusted. `undefined` without a body. */
  readonly body?: unknown;
}
