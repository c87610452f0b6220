import { type RequestRecord } from './request-record.js';
import { type TraceParent } from './trace-parent.js';

/** An answered request. */
export interface AnsweredRequest {
  readonly record: RequestRecord;
  /** In upper case. */
  readonly method: string;
  /** The pattern of the route, never client input; {@link NO_ROUTE} if none matches. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** The route of a request that matches none: paths that strangers try must not become labels. */
export const NO_ROUTE = 'none';

/** Is told of every request when it is over. Must be quick and must not throw. */
export abstract class RequestObserver {
  abstract answered(request: AnsweredRequest): void;
}

/** An observer that follows requests from their beginning, as parts of traces. */
export abstract class RequestTracer extends RequestObserver {
  /** @returns the record of the request, with the trace's id */
  abstract begin(method: string, parent: TraceParent | null): RequestRecord;
}

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
