import { type RequestObserver, type RequestTracer } from './request-observer.js';

/** Whoever hears of requests in this configuration; also the DI token of it. */
export class RequestObservers {
  readonly all: readonly RequestObserver[];

  /** @param tracer null: requests are parts of no trace */
  constructor(
    readonly tracer: RequestTracer | null,
    others: readonly RequestObserver[],
  ) {
    this.all = tracer === null ? others : [...others, tracer];
  }
}
