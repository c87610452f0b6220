import { Injectable } from '@nestjs/common';
import { type HttpRequest, type ProblemCode, RequestWatch } from '../../mfa/index.js';
import { type RequestRecord } from './request-record.js';

/** The records of the requests that are being answered. */
@Injectable()
export class RequestRecords extends RequestWatch {
  /** Beside the request, not on it: nothing that a client sends can take its place. */
  private readonly records = new WeakMap<object, RequestRecord>();

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
