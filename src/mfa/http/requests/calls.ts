import { type ArgumentsHost } from '@nestjs/common';
import { type HttpRequest } from './http-request.js';
import { openingRequestOf, type SocketClient } from './socket-client.js';

/*
 * A call is what a guard judges: an HTTP request, a field of a GraphQL operation, or a message of a WebSocket.
 * The library imports no package of the latter two: it reads the arguments that Nest hands to guards.
 */

const READING_METHODS = ['GET', 'HEAD'];

/** The context of a GraphQL operation, as Nest's drivers make it. */
interface GraphqlContext {
  readonly req: HttpRequest;
}

/** The member of GraphQL's `info` that is read. */
interface GraphqlInfo {
  readonly operation?: { readonly operation?: unknown } | undefined;
}

/**
 * The object that facts about a call are kept by: the request, the context of the GraphQL operation, or the
 * client of the WebSocket. The latter two have many calls, and each call sets its facts anew.
 *
 * @throws {Error} where GraphQL's context has no request, and for any other transport
 */
export function originOf(host: ArgumentsHost): object {
  const transport = host.getType<string>();
  switch (transport) {
    case 'http':
      return host.switchToHttp().getRequest<object>();
    case 'graphql':
      return contextOf(host) ?? refuseContext();
    case 'ws':
      return host.switchToWs().getClient<object>();
    default:
      throw new Error(`nestjs-mfa guards HTTP, GraphQL and WebSockets, and not "${transport}".`);
  }
}

/** The request behind a call, where it is by convention. Null: it is not there. */
export function requestOfCall(host: ArgumentsHost): HttpRequest | null {
  switch (host.getType<string>()) {
    case 'http':
      return host.switchToHttp().getRequest<HttpRequest>();
    case 'graphql':
      return contextOf(host)?.req ?? null;
    case 'ws':
      return openingRequestOf(host.switchToWs().getClient<SocketClient>());
    default:
      return null;
  }
}

/** Whether a call only reads: a `GET`, or a field of a GraphQL query. Any other may write. */
export function isReadingCall(host: ArgumentsHost): boolean {
  switch (host.getType<string>()) {
    case 'http':
      return READING_METHODS.includes(host.switchToHttp().getRequest<HttpRequest>().method ?? '');
    case 'graphql':
      return infoOf(host)?.operation?.operation === 'query';
    default:
      return false;
  }
}

/**
 * The context, if it has a request. A resolver gets it as its third argument, but one of references as its
 * second, since the schema gives those no arguments.
 */
function contextOf(host: ArgumentsHost): GraphqlContext | null {
  const args = host.getArgs<unknown[]>();
  const context = args[args.length === 3 ? 1 : 2];
  return hasRequest(context) ? context : null;
}

function infoOf(host: ArgumentsHost): GraphqlInfo | undefined {
  // Every resolver gets it as its last argument. Each member that is read may be absent.
  return host.getArgs<unknown[]>().at(-1) as GraphqlInfo | undefined;
}

function hasRequest(context: unknown): context is GraphqlContext {
  return isObject(context) && isObject(context['req']) && isObject(context['req']['headers']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function refuseContext(): never {
  throw new Error(
    'nestjs-mfa found no request in the GraphQL context: let "context" be a function that gives { req }.',
  );
}
