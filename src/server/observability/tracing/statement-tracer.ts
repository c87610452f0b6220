import { RequestTracer } from '../requests/request-observer.js';
import { type RequestRecord } from '../requests/request-record.js';

/** A tracer that also follows requests into the database. */
export abstract class StatementTracer extends RequestTracer {
  /**
   * @param statement with placeholders for its parameters
   * @returns to be called when the statement is over, with the SQLSTATE if it failed
   */
  abstract beginStatement(record: RequestRecord, statement: string): (failure?: string) => void;
  /** Exports the remaining spans, in bounded time. */
  abstract stop(): Promise<void>;
}
