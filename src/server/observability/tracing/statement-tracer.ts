import { RequestTracer } from '../requests/request-observer.js';
import { type RequestRecord } from '../requests/request-record.js';

/** A tracer that follows requests into the database, too. */
export abstract class StatementTracer extends RequestTracer {
  /**
   * @param statement with its parameters as `$1`
   * @returns to be called when the statement is over, with the SQLSTATE of one that failed
   */
  abstract beginStatement(record: RequestRecord, statement: string): (failure?: string) => void;
  /** Exports what is left, in bounded time. */
  abstract stop(): Promise<void>;
}
