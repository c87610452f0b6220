import { type EntitySubscriberInterface, type QueryRunner } from 'typeorm';
import { currentRequest } from '../requests/current-request.js';
import { systemErrorCode } from '../../config/values/system-error.js';
import { type StatementTracer } from './statement-tracer.js';

type QueryEvent = Parameters<NonNullable<EntitySubscriberInterface['beforeQuery']>>[0];
type AnsweredQueryEvent = Parameters<NonNullable<EntitySubscriberInterface['afterQuery']>>[0];

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
