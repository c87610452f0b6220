import { type Backlog, type MfaEvent, type SendRefusal } from '../../../mfa/index.js';
import { RequestObserver } from '../requests/request-observer.js';
import { type PoolUse } from './pool-use.js';

/** What metrics ask for when they are read. */
export interface MetricSources {
  readonly poolUse: () => PoolUse;
  /** In seconds; less than none where it is behind. */
  readonly clockAhead: () => number;
  /** Asks the database. */
  readonly backlog: () => Promise<Backlog>;
}

/** Counts what this process does. No label is, or comes from, what a client wrote. */
export abstract class ServerMetrics extends RequestObserver {
  /** `Content-Type` of {@link text}. */
  abstract readonly contentType: string;
  abstract happened(event: MfaEvent): void;
  abstract refused(refusal: SendRefusal): void;
  /** Everything as Prometheus reads it; what cannot be found out now is left out. */
  abstract text(): Promise<string>;
}
