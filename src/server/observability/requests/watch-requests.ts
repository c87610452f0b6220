import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RandomSource } from '../../../mfa/index.js';
import { RequestRecord, runInRequest } from './request-record.js';
import { NO_ROUTE, RequestObservers } from './request-observer.js';
import { RequestRecords } from './request-records.js';
import { readTraceParent } from './trace-parent.js';

/** Tells clients and proxies the id of a request in the log. */
export const REQUEST_ID_HEADER = 'X-Request-Id';
/** nginx's status for a client that did not wait for the answer. */
const CLIENT_GONE = 499;
/** The length of a trace id [W3C Trace Context §3.2.2.3]. */
const ID_BYTES = 16;

/**
 * Gives every request its id, and tells the observers when it is over. Call this before the routes
 * are registered.
 */
export function watchRequests(app: NestFastifyApplication): void {
  const { tracer, all } = app.get(RequestObservers);
  const records = app.get(RequestRecords);
  const random = app.get(RandomSource);
  const fastify = app.getHttpAdapter().getInstance();

  fastify.addHook('onRequest', (request, reply, done) => {
    const parent = readTraceParent(request.headers.traceparent);
    const record =
      tracer?.begin(request.method, parent) ??
      new RequestRecord(parent?.traceId ?? random.nonce(ID_BYTES).toString('hex'));
    records.keep(request, record);
    void reply.header(REQUEST_ID_HEADER, record.id);
    // Also fires when the client has gone away: crowds of such requests must be visible.
    reply.raw.once('close', () => {
      const { method, routeOptions } = request;
      const route = routeOptions.url ?? NO_ROUTE;
      const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE;
      const seconds = reply.elapsedTime / 1000;
      for (const observer of all) observer.answered({ record, method, route, status, seconds });
    });
    done();
  });

  // Not earlier: reading the body continues in the context of the connection, not of the hook.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const record = records.of(request);
    if (record === undefined) done();
    else runInRequest(record, done);
  });
}
