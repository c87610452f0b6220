import { type RequestObserver, type RequestTracer } from './request-observer.js';

/** The observers of requests in this configuration; also their DI token. */
export class RequestObservers {
  readonly all: readonly RequestObserver[];

  /** @param tracer null: requests are not traced */
  constructor(
    readonly tracer: RequestTracer | null,
    others: readonly RequestObserver[],
  ) {
    this.all = tracer === null ? others : [...others, tracer];
  }
}
