import { AsyncLocalStorage } from 'node:async_hooks';
import { type ProblemCode } from '../../../mfa/index.js';

/** What is known of one request while it is answered, and told of it afterwards. */
export class RequestRecord {
  /** The handler's name, once something has happened with one factor; null until then. */
  factor: string | null = null;
  /** The problem that the request is answered with; null: with none. */
  code: ProblemCode | null = null;

  /** @param id 32 hexadecimal digits, the trace id where there is a trace */
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
