import { type Backlog, type MfaEvent, type SendRefusal } from '../../../mfa/index.js';
import { RequestObserver } from '../requests/request-observer.js';
import { type PoolUse } from './pool-use.js';

/** The sources that are asked when the metrics are read. */
export interface MetricSources {
  readonly poolUse: () => PoolUse;
  /** In seconds; negative if the machine's clock is behind. */
  readonly clockAhead: () => number;
  /** Queries the database. */
  readonly backlog: () => Promise<Backlog>;
}

/** Counts the work of this process. No label contains client input. */
export abstract class ServerMetrics extends RequestObserver {
  /** `Content-Type` of {@link text}. */
  abstract readonly contentType: string;
  abstract happened(event: MfaEvent): void;
  abstract refused(refusal: SendRefusal): void;
  /** All metrics in the format of Prometheus; those that cannot be read now are left out. */
  abstract text(): Promise<string>;
}
