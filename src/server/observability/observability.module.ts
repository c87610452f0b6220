import { type DynamicModule, Module } from '@nestjs/common';
import { RequestWatch, SendWatch } from '../../mfa/index.js';
import { type ServerConfig } from '../config/server-config.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ServerMetrics } from './metrics/server-metrics.js';
import { TracingModule } from './tracing/tracing.module.js';
import { RequestLog } from './requests/request-log.js';
import {
  type RequestObserver,
  RequestObservers,
  RequestTracer,
} from './requests/request-observer.js';
import { RequestRecords } from './requests/request-records.js';

/** Used if no metrics are kept. */
const DEAF: SendWatch = { refused: () => undefined };

/** Gives requests their ids, and reports them to the configured observers. */
@Module({})
export class ObservabilityModule {
  static forRoot(config: ServerConfig): DynamicModule {
    const log: RequestObserver[] = config.logsRequests ? [new RequestLog()] : [];
    const providers = [
      RequestRecords,
      { provide: RequestWatch, useExisting: RequestRecords },
      {
        provide: SendWatch,
        inject: [{ token: ServerMetrics, optional: true }],
        useFactory: (metrics?: ServerMetrics): SendWatch => metrics ?? DEAF,
      },
      {
        provide: RequestObservers,
        inject: [RequestTracer, ServerMetrics].map((token) => ({ token, optional: true })),
        useFactory: (tracer?: RequestTracer, metrics?: ServerMetrics) =>
          new RequestObservers(tracer ?? null, metrics === undefined ? log : [...log, metrics]),
      },
    ];
    return {
      module: ObservabilityModule,
      global: true,
      imports: [MetricsModule.forRoot(config), TracingModule.forRoot(config)],
      providers,
      exports: providers,
    };
  }
}
