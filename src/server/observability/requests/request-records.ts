import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import {
  type HttpRequest,
  type MfaEvent,
  type ProblemCode,
  RequestWatch,
} from '../../../mfa/index.js';
import { currentRequest, type RequestRecord } from './request-record.js';

/** The records of the requests under way. */
@Injectable()
export class RequestRecords extends RequestWatch {
  /** Kept beside the request, not on it, so that client input cannot take its place. */
  private readonly records = new WeakMap<object, RequestRecord>();

  constructor(emitter: EventEmitter2) {
    super();
    emitter.onAny((_name, event: MfaEvent) => noteFactor(event));
  }

  keep(request: object, record: RequestRecord): void {
    this.records.set(request, record);
  }

  of(request: object): RequestRecord | undefined {
    return this.records.get(request);
  }

  traceIdOf(request: HttpRequest): string | undefined {
    return this.of(request)?.id;
  }

  refused(request: HttpRequest, code: ProblemCode): void {
    const record = this.of(request);
    if (record !== undefined) record.code = code;
  }
}

/** Events are emitted within the request that caused them. */
function noteFactor({ factor }: MfaEvent): void {
  const record = currentRequest();
  if (record !== undefined && factor !== null) record.factor = factor;
}
