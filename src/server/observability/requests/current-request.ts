import { AsyncLocalStorage } from 'node:async_hooks';
import { type RequestRecord } from './request-record.js';

/** One per process, because the logger, which reads it, exists before any application. */
const storage = new AsyncLocalStorage<RequestRecord>();

/** The request that this code runs for; undefined for the server's own work. */
export function currentRequest(): RequestRecord | undefined {
  return storage.getStore();
}

/** Runs a function, and everything that it starts, for a request. */
export function runInRequest(record: RequestRecord, run: () => void): void {
  storage.run(record, run);
}
