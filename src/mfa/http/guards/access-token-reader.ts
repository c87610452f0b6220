import { type Principal } from '../../core/access/actor.js';

/** Port: reads the access token of the host. */
export abstract class AccessTokenReader {
  /**
   * Identifies the sender of a request.
   *
   * @param request the request object of Express or Fastify
   * @throws {MfaError} `not_authenticated` without a token, `token_not_valid` with a bad one
   */
  abstract authenticate(request: unknown): Promise<Principal>;
}
