import { type ArgumentsHost } from '@nestjs/common';
import { type MfaError } from '../../contract/errors.js';
import { type JsonObject } from '../../contract/handler.js';
import { type SocketClient } from '../requests/socket-client.js';
import { problemBody } from './problem-body.js';

/** The event by which Nest tells the client of a WebSocket that something failed. */
const EXCEPTION = 'exception';

/**
 * Answers a call that is no HTTP request with a problem, and does so without the packages of its transport.
 *
 * - GraphQL: throws an error with the members of the problem as `extensions`, which graphql-js takes from any error.
 * - WebSocket: sends the problem as Nest sends the error of a `WsException`.
 *
 * @param traceId the id in the log; null if nothing was logged
 * @throws {Error} for every transport but WebSockets
 */
export function answerCall(host: ArgumentsHost, problem: MfaError, traceId: string | null): void {
  switch (host.getType<string>()) {
    case 'graphql':
      throw graphqlErrorOf(problem, traceId);
    case 'ws': {
      const ws = host.switchToWs();
      const instance = encodeURI(ws.getPattern());
      tell(ws.getClient<SocketClient>(), problemBody(problem, { instance, traceId }));
      return;
    }
    default:
      throw problem;
  }
}

/** The answer has the place of the failure as `path` beside `extensions`. */
function graphqlErrorOf(problem: MfaError, traceId: string | null): Error {
  const extensions = problemBody(problem, { instance: null, traceId });
  return Object.assign(new Error(problem.message, { cause: problem }), { extensions });
}

/** Nest's own distinction: both kinds of clients have both methods, but `emit` of `ws` stays within the process. */
function tell(client: SocketClient, problem: JsonObject): void {
  if (typeof client.readyState !== 'number') client.emit?.(EXCEPTION, problem);
  else client.send?.(JSON.stringify({ event: EXCEPTION, data: problem }));
}
