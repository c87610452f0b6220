/** What the library reads of a request; those of Express and of Fastify both fit. */
export interface HttpRequest {
  /** In upper case. */
  readonly method?: string | undefined;
  /** The peer as the host's trust-proxy setting has it. */
  readonly ip?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As the platform's parser left it: untrusted, and `undefined` without a body. */
  readonly body?: unknown;
}
