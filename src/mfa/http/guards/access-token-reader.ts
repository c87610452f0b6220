import { type ExecutionContext, Injectable } from '@nestjs/common';
import { type Principal } from '../../core/access/actor.js';
import { requestOfCall } from '../requests/calls.js';
import { type HttpRequest } from '../requests/http-request.js';

/** Port: reads the access token of the host. */
export abstract class AccessTokenReader {
  /**
   * Identifies the sender of a request. Is asked anew for each field of GraphQL and each message of a WebSocket.
   *
   * @param request the request object of Express or Fastify, or what {@link RequestSource} found for another
   * transport
   * @throws {MfaError} `not_authenticated` without a token, `token_not_valid` with a bad one
   */
  abstract authenticate(request: unknown): Promise<Principal>;
}

/**
 * Port: finds the request behind a call of a guard, for {@link AccessTokenReader}. Optional. Extend it if a token
 * or an address is elsewhere, for example if WebSockets come through a proxy.
 */
@Injectable()
export class RequestSource {
  /**
   * HTTP: the request of the platform. GraphQL: `req` of the context. WebSocket: the headers and the address of
   * the request that opened it, where a token of socket.io's `auth: { token }` becomes `authorization`.
   *
   * @param context of a guard. Its type is `http`, `graphql` or `ws`
   * @throws {Error} if the client of a WebSocket has no request
   */
  requestOf(context: ExecutionContext): HttpRequest {
    const request = requestOfCall(context);
    if (request !== null) return request;
    throw new Error(
      'nestjs-mfa found no request at the WebSocket: keep the second argument of handleConnection as "request" of the client.',
    );
  }
}
