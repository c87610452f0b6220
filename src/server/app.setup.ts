import { type IncomingMessage } from 'node:http';
import { type LoggerService, ShutdownSignal } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyRequest } from 'fastify';
import { addressIn, ProblemFilter } from '../mfa/index.js';
import { AppModule, type ServerAdditions } from './app.module.js';
import { isInAnyForm, toBlock } from './sign-in/trusted-networks/address-block.js';
import { type ServerConfig } from './config/server-config.js';
import { createBoundedServer } from './http/bounded-server.js';
import { readBodies } from './http/read-bodies.js';
import { sendSecurityHeaders } from './http/security-headers.js';
import { answerUnreadable, refuseUnreadable } from './http/unreadable-requests.js';
import { REQUEST_ID_HEADER, watchRequests } from './observability/requests/watch-requests.js';
import { HttpDrain } from './operations/shutdown/http-drain.js';
import { setUpSwagger } from './swagger/swagger.js';

/** Far above any body that a route reads, far below what would tie up memory. */
const MOST_BODY_BYTES = 64 * 1024;
/** Node's own limit of a request line with its headers. */
const MOST_HEADER_BYTES = 16 * 1024;

/** The whole server, ready to listen. `logger: false` is for tests. */
export async function createApp(
  config: ServerConfig,
  logger: LoggerService | false,
  additions: ServerAdditions = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, additions),
    createAdapter(config),
    { logger, abortOnError: false },
  );
  await configureApp(app, config);
  return app;
}

/** The HTTP side, the same for `main.ts` and the tests. */
export function createAdapter({ trustedProxies }: ServerConfig): FastifyAdapter {
  return new FastifyAdapter({
    // An id that is too long does not exist: the routes answer that, not the router.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MOST_HEADER_BYTES },
    // Requests sent before the client knew of the shutdown are answered; then their connections
    // close.
    return503OnClosing: false,
    bodyLimit: MOST_BODY_BYTES,
    serverFactory: createBoundedServer,
    clientErrorHandler: answerUnreadable,
    // A client that is no configured proxy could claim any address.
    trustProxy: trustedProxies.length > 0 && isProxyAmong(trustedProxies),
    rewriteUrl: makeDecodable,
  });
}

/** Fastify's own parser does not know addresses with ports, which some proxies write. */
function isProxyAmong(trustedProxies: readonly string[]): (text: string) => boolean {
  const blocks = trustedProxies.map(toBlock);
  return (text) => {
    const address = addressIn(text);
    return address !== null && blocks.some((block) => isInAnyForm(address, block));
  };
}

/**
 * The router refuses a path that cannot be decoded with an error of its own. With its percent signs
 * escaped it is a path like any other that does not exist.
 */
function makeDecodable({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  try {
    decodeURI(url.replace(/\?.*$/s, ''));
    return url;
  } catch {
    return url.replaceAll('%', '%25');
  }
}

/** Sets up everything around the routes. Call this once, before the application listens. */
export async function configureApp(
  app: NestFastifyApplication,
  config: ServerConfig,
): Promise<void> {
  watchRequests(app);
  const fastify = app.getHttpAdapter().getInstance();
  // Fastify reads plain text by itself; here that is an unsupported media type.
  fastify.removeContentTypeParser('text/plain');
  refuseUnreadable(app);
  readBodies(app);
  sendSecurityHeaders(app);
  if (config.corsOrigins.length > 0) app.enableCors({ delegator: corsFor(config.corsOrigins) });
  app.useGlobalFilters(app.get(ProblemFilter));
  app.get(HttpDrain, { strict: false }).watch(app);
  app.enableShutdownHooks(shutdownSignals(config), { useProcessExit: true });
  setUpSwagger(app);
}

/**
 * The signals that end a server. SIGHUP is one of them, for a closed terminal, unless the server
 * rereads its keys on it.
 */
export function shutdownSignals({ rereadKeys }: ServerConfig): ShutdownSignal[] {
  const signals = [ShutdownSignal.SIGINT, ShutdownSignal.SIGTERM, ShutdownSignal.SIGQUIT];
  return rereadKeys === null ? [...signals, ShutdownSignal.SIGHUP] : signals;
}

/** An OPTIONS request that is no preflight is a request like any other, not a bad preflight. */
function corsFor(origins: readonly string[]) {
  const options = corsOptions(origins);
  return ({ headers }: FastifyRequest, use: (error: null, chosen: typeof options) => void) => {
    const isPreflight =
      headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
    use(null, { ...options, preflight: isPreflight });
  };
}

function corsOptions(origins: readonly string[]) {
  return {
    preflight: true,
    origin: [...origins],
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    // Without this, browsers hide these headers from pages, which have to act on them.
    exposedHeaders: ['Retry-After', 'WWW-Authenticate', REQUEST_ID_HEADER],
  };
}
