import { type ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { RequestSource } from '../guards/access-token-reader.js';
import { isReadingCall, originOf } from './calls.js';

function contextOf(type: string, ...args: unknown[]): ExecutionContext {
  const context = new ExecutionContextHost(args);
  context.setType(type);
  return context;
}

const REQUEST = { method: 'POST', headers: { authorization: 'Bearer a' }, ip: '192.0.2.7' };
const GRAPHQL = { req: REQUEST };
const info = (operation: string) => ({ operation: { operation } });

const requestOf = (context: ExecutionContext) => new RequestSource().requestOf(context);
const requestOfClient = (client: object) => requestOf(contextOf('ws', client, 'data', 'pay'));

describe('the request behind a call', () => {
  it('is the one of the platform over HTTP', () => {
    const context = contextOf('http', REQUEST, {});

    expect(requestOf(context)).toBe(REQUEST);
    expect(originOf(context)).toBe(REQUEST);
  });

  it.each([
    ['a resolver', [{}, { amount: 1 }, GRAPHQL, info('mutation')]],
    ['a resolver of references', [{}, GRAPHQL, info('query')]],
  ])('is in the context of GraphQL, for %s', (_, args) => {
    const context = contextOf('graphql', ...args);

    expect(requestOf(context)).toBe(REQUEST);
    expect(originOf(context)).toBe(GRAPHQL);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'context'],
    ['no request', {}],
    ['a request of no headers', { req: {} }],
  ])('is refused where the context of GraphQL is or has %s', (_, graphql) => {
    // What the client of GraphQL sends is never taken for the context.
    const context = contextOf('graphql', {}, GRAPHQL, graphql, info('query'));

    expect(() => originOf(context)).toThrow('let "context" be a function that gives { req }');
    expect(() => requestOf(context)).toThrow('nestjs-mfa found no request');
  });

  it('is the handshake of socket.io', () => {
    const client = { handshake: { headers: REQUEST.headers, address: '192.0.2.7', auth: {} } };

    expect(requestOfClient(client)).toEqual({ headers: REQUEST.headers, ip: '192.0.2.7' });
    expect(originOf(contextOf('ws', client, 'data', 'pay'))).toBe(client);
  });

  it('is what a gateway on ws has kept', () => {
    const { headers } = REQUEST;
    const request = { headers, socket: { remoteAddress: '192.0.2.7' }, method: 'GET' };

    expect(requestOfClient({ request })).toEqual({ headers, ip: '192.0.2.7' });
    expect(requestOfClient({ request: { headers } })).toEqual({ headers, ip: undefined });
  });

  it('is missed at a WebSocket without one', () => {
    expect(() => requestOfClient({})).toThrow(
      'keep the second argument of handleConnection as "request" of the client',
    );
  });

  it('is not looked for on other transports', () => {
    const context = contextOf('rpc', REQUEST);

    expect(() => originOf(context)).toThrow(
      'nestjs-mfa guards HTTP, GraphQL and WebSockets, and not "rpc".',
    );
    expect(() => requestOf(context)).toThrow('nestjs-mfa found no request');
  });
});

describe('the token of socket.io', () => {
  const headersWith = (auth: unknown, headers: Record<string, string> = {}) =>
    requestOfClient({ handshake: { headers, auth } }).headers;

  it('is taken as that of the header', () => {
    expect(headersWith({ token: 'a.b-c' }, { host: 'a' })).toEqual({
      host: 'a',
      authorization: 'Bearer a.b-c',
    });
    expect(headersWith({ token: 'x'.repeat(16 * 1024) })).toHaveProperty('authorization');
  });

  it('does not replace the header', () => {
    expect(headersWith({ token: 'b' }, { authorization: 'Bearer a' })).toEqual({
      authorization: 'Bearer a',
    });
  });

  it.each([
    ['nothing', undefined],
    ['no member', {}],
    ['an empty text', { token: '' }],
    ['a number', { token: 7 }],
    ['a list', { token: ['a'] }],
    ['a space', { token: 'a b' }],
    ['two lines', { token: 'a\r\nb' }],
    ['another letter', { token: 'ä' }],
    ['too long a text', { token: 'x'.repeat(16 * 1024 + 1) }],
  ])('is none if no header could carry it: %s', (_, auth) => {
    expect(headersWith(auth)).toEqual({});
  });
});

describe('a call', () => {
  it.each([
    contextOf('http', { method: 'GET' }),
    contextOf('http', { method: 'HEAD' }),
    contextOf('graphql', {}, {}, GRAPHQL, info('query')),
    contextOf('graphql', {}, GRAPHQL, info('query')),
  ])('reads', (context) => {
    expect(isReadingCall(context)).toBe(true);
  });

  it.each([
    contextOf('http', { method: 'POST' }),
    contextOf('http', {}),
    contextOf('graphql', {}, {}, GRAPHQL, info('mutation')),
    contextOf('graphql', {}, {}, GRAPHQL, info('subscription')),
    contextOf('graphql', {}, {}, GRAPHQL, {}),
    contextOf('graphql'),
    contextOf('ws', {}, { method: 'GET' }, 'pay'),
  ])('may write', (context) => {
    expect(isReadingCall(context)).toBe(false);
  });
});
