import { type Principal } from '../../core/access/actor.js';

/** Port: reads the host's access token. */
export abstract class AccessTokenReader {
  /**
   * Who makes this request.
   *
   * @param request the platform's own request object
   * @throws {MfaError} `not_authenticated` without a token, `token_not_valid` with a bad one
   */
  abstract authenticate(request: unknown): Promise<Principal>;
}
