import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource } from 'typeorm';
import { Clock, DatabaseClock, type MfaEvent, OutboxBacklog } from '../../../mfa/index.js';
import { type ServerConfig } from '../../config/server-config.js';
import { MetricsListener } from './metrics-listener.js';
import { poolUseOf } from './pool-use.js';
import { ServerMetrics } from './server-metrics.js';

/** Keeps metrics and serves them, if `METRICS_PORT` is set. */
@Module({})
export class MetricsModule {
  static forRoot({ metrics: address }: Pick<ServerConfig, 'metrics'>): DynamicModule {
    if (address === null) return { module: MetricsModule };
    return {
      module: MetricsModule,
      providers: [
        {
          provide: ServerMetrics,
          inject: [getDataSourceToken(), OutboxBacklog, EventEmitter2, Clock],
          useFactory: startMetrics,
        },
        {
          provide: MetricsListener,
          inject: [ServerMetrics],
          useFactory: (metrics: ServerMetrics) => new MetricsListener(metrics, address),
        },
      ],
      exports: [ServerMetrics],
    };
  }
}

/** Imported on demand, so that a server without metrics does not load the library. */
async function startMetrics(
  dataSource: DataSource,
  outbox: OutboxBacklog,
  emitter: EventEmitter2,
  clock: Clock,
): Promise<ServerMetrics> {
  const { PromMetrics } = await import('./prom-metrics.js');
  const metrics = new PromMetrics({
    poolUse: () => poolUseOf(dataSource),
    clockAhead: () => (clock instanceof DatabaseClock ? clock.secondsAhead : 0),
    backlog: () => outbox.count(),
  });
  emitter.onAny((_name, event: MfaEvent) => metrics.happened(event));
  return metrics;
}
