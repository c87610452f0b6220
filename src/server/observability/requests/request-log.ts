import { Logger } from '@nestjs/common';
import { runInRequest } from './request-record.js';
import { type AnsweredRequest, RequestObserver } from './request-observer.js';

/** Machines ask these every few seconds: their lines would bury the others. */
const PROBES = /^\/health\//;

/** Logs one line for each request, without client input. */
export class RequestLog extends RequestObserver {
  private readonly logger = new Logger('Request');

  answered({ record, method, route, status, seconds }: AnsweredRequest): void {
    if (PROBES.test(route)) return;
    const { factor, code } = record;
    const facts = {
      method,
      route,
      status,
      duration_ms: Math.round(seconds * 1000),
      ...(factor !== null && { factor }),
      ...(code !== null && { code }),
    };
    runInRequest(record, () => this.logger.log(`${method} ${route} ${status}`, facts));
  }
}
