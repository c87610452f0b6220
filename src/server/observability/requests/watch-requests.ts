import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RandomSource } from '../../../mfa/index.js';
import { RequestRecord, runInRequest } from './request-record.js';
import { NO_ROUTE, RequestObservers } from './request-observer.js';
import { RequestRecords } from './request-records.js';
import { readTraceParent } from './trace-parent.js';

/** Tells clients and proxies under which id a request stands in the log. */
export const REQUEST_ID_HEADER = 'X-Request-Id';
/** As nginx has it for a client that did not wait for the answer. */
const CLIENT_GONE = 499;
/** 16 bytes, as a trace id has them [W3C Trace Context §3.2.2.3]. */
const ID_BYTES = 16;

/** Names every request, and tells the observers when it is over; to be called before the routes are. */
export function watchRequests(app: NestFastifyApplication): void {
  const { tracer, all } = app.get(RequestObservers);
  const records = app.get(RequestRecords);
  const random = app.get(RandomSource);
  const fastify = app.getHttpAdapter().getInstance();

  fastify.addHook('onRequest', (request, reply, done) => {
    const parent = readTraceParent(request.headers.traceparent);
    const record =
      tracer?.begin(request.method, parent) ??
      new RequestRecord(parent?.traceId ?? random.bytes(ID_BYTES).toString('hex'));
    records.keep(request, record);
    void reply.header(REQUEST_ID_HEADER, record.id);
    // Also where the client has gone away meanwhile: such crowds must be seen.
    reply.raw.once('close', () => {
      const { method, routeOptions } = request;
      const route = routeOptions.url ?? NO_ROUTE;
      const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE;
      const seconds = reply.elapsedTime / 1000;
      for (const observer of all) observer.answered({ record, method, route, status, seconds });
    });
    done();
  });

  // Only here: what reads the body goes on in the context of the connection, not of this call.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const record = records.of(request);
    if (record === undefined) done();
    else runInRequest(record, done);
  });
}
