import { type EntitySubscriberInterface, type QueryRunner } from 'typeorm';
import { RequestTracer } from '../requests/request-observer.js';
import { currentRequest, type RequestRecord } from '../requests/request-record.js';
import { systemErrorCode } from '../../config/values/system-error.js';

type QueryEvent = Parameters<NonNullable<EntitySubscriberInterface['beforeQuery']>>[0];
type AnsweredQueryEvent = Parameters<NonNullable<EntitySubscriberInterface['afterQuery']>>[0];

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

/** For failures without a code, for example a closed connection. */
const UNKNOWN = 'unknown';

/** Makes a span of each statement that runs for a request. */
export class StatementSpans implements EntitySubscriberInterface {
  /** A connection runs one statement at a time. */
  private readonly ends = new WeakMap<QueryRunner, (failure?: string) => void>();

  constructor(private readonly tracer: StatementTracer) {}

  beforeQuery({ queryRunner, query }: QueryEvent): void {
    const record = currentRequest();
    if (record !== undefined) this.ends.set(queryRunner, this.tracer.beginStatement(record, query));
  }

  afterQuery({ queryRunner, success, error }: AnsweredQueryEvent): void {
    const end = this.ends.get(queryRunner);
    this.ends.delete(queryRunner);
    end?.(success ? undefined : failureOf(error));
  }
}

function failureOf(error: unknown): string {
  const code = systemErrorCode(error);
  return typeof code === 'string' ? code : UNKNOWN;
}
