import { AsyncLocalStorage } from 'node:async_hooks';
import { type RequestRecord } from './request-record.js';

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
