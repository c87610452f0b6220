import { AsyncLocalStorage } from 'node:async_hooks';
import { type ProblemCode } from '../../../mfa/index.js';

/** The facts about one request, collected for its observers. */
export class RequestRecord {
  /** The handler of the last event with a factor; null before one. */
  factor: string | null = null;
  /** The problem that answers the request; null without one. */
  code: ProblemCode | null = null;

  /** @param id 32 hexadecimal digits; the trace id if there is a trace */
  constructor(readonly id: string) {}
}

/** One for the process: the logger, which asks, is there before any application. */
const storage = new AsyncLocalStorage<RequestRecord>();

/** The request on whose behalf this code runs; undefined for the server's own work. */
export function currentRequest(): RequestRecord | undefined {
  return storage.getStore();
}

/** Runs something on behalf of a request, with all that it begins. */
export function runInRequest(record: RequestRecord, run: () => void): void {
  storage.run(record, run);
}
