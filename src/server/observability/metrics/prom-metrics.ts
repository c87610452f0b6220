import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type MfaEvent, rejectAfter, type SendRefusal } from '../../../mfa/index.js';
import { type AnsweredRequest } from '../requests/request-observer.js';
import { COUNTED_EVENTS, type CountedEvent, METRICS } from './metric-catalogue.js';
import { type MetricSources, ServerMetrics } from './server-metrics.js';

/** From a refusal without the database to a request that waits for its time limit. */
const SECONDS_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A slow database must not delay the other metrics. */
const BACKLOG_TIMEOUT_MILLISECONDS = 1_000;
/** Gauges of prom-client with names that Prometheus reserves for counters. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
/** The label for "no value": Prometheus treats an empty label as missing. */
const NONE = 'none';

/** {@link ServerMetrics} by prom-client, in a registry of their own. */
export class PromMetrics extends ServerMetrics {
  private readonly registry = new Registry();
  private readonly seconds;
  private readonly outcomes;
  private readonly sendsRefused;
  private readonly events: Readonly<Record<CountedEvent['metric'], Counter>>;

  constructor(private readonly sources: MetricSources) {
    super();
    const registers = [this.registry];
    this.seconds = new Histogram({ ...METRICS.seconds, buckets: SECONDS_BUCKETS, registers });
    this.outcomes = new Counter({ ...METRICS.outcomes, registers });
    this.sendsRefused = new Counter({ ...METRICS.sendsRefused, registers });
    this.events = {
      challenges: new Counter({ ...METRICS.challenges, registers }),
      locks: new Counter({ ...METRICS.locks, registers }),
      sends: new Counter({ ...METRICS.sends, registers }),
    };
    this.watchPool(registers);
    this.watchClock(registers);
    this.watchBacklog(registers);
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  answered({ record, method, route, status, seconds }: AnsweredRequest): void {
    this.seconds.observe({ method, route, status }, seconds);
    const code = record.code ?? (status < 400 ? 'ok' : NONE);
    this.outcomes.inc({ route, factor: record.factor ?? NONE, code });
  }

  happened({ type, factor }: MfaEvent): void {
    const counted = COUNTED_EVENTS.get(type);
    if (counted === undefined) return;
    this.events[counted.metric].inc({ ...counted.labels, factor: factor ?? NONE });
  }

  refused({ factor, reason }: SendRefusal): void {
    this.sendsRefused.inc({ factor, reason });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private watchPool(registers: Registry[]): void {
    const { poolUse } = this.sources;
    new Gauge({
      ...METRICS.poolConnections,
      registers,
      collect() {
        const { inUse, idle } = poolUse();
        this.set({ state: 'in_use' }, inUse);
        this.set({ state: 'idle' }, idle);
      },
    });
    new Gauge({
      ...METRICS.poolMost,
      registers,
      collect() {
        this.set(poolUse().most);
      },
    });
    new Gauge({
      ...METRICS.poolWaiting,
      registers,
      collect() {
        this.set(poolUse().waiting);
      },
    });
  }

  private watchClock(registers: Registry[]): void {
    const { clockAhead } = this.sources;
    new Gauge({
      ...METRICS.clockAhead,
      registers,
      collect() {
        this.set(clockAhead());
      },
    });
  }

  private watchBacklog(registers: Registry[]): void {
    const { backlog } = this.sources;
    new Gauge({
      ...METRICS.outbox,
      registers,
      async collect() {
        this.reset();
        const counts = await rejectAfter(BACKLOG_TIMEOUT_MILLISECONDS, backlog()).catch(() => null);
        if (counts === null) return;
        this.set({ state: 'waiting' }, counts.waiting);
        this.set({ state: 'given_up' }, counts.givenUp);
      },
    });
  }
}
