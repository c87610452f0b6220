import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource } from 'typeorm';
import { type ServerConfig } from '../../config/server-config.js';
import { type TraceExport } from '../../config/settings/observability-settings.js';
import { RequestTracer } from '../requests/request-observer.js';
import { StatementSpans, StatementTracer } from './statement-spans.js';

/** Makes traces and exports them, if the environment names a collector. */
@Module({})
export class TracingModule {
  static forRoot({ traces }: Pick<ServerConfig, 'traces'>): DynamicModule {
    if (traces === null) return { module: TracingModule };
    return {
      module: ExportingModule,
      providers: [
        {
          provide: StatementTracer,
          inject: [getDataSourceToken()],
          useFactory: (dataSource: DataSource) => startTracing(traces, dataSource),
        },
        { provide: RequestTracer, useExisting: StatementTracer },
      ],
      exports: [RequestTracer],
    };
  }
}

@Module({})
class ExportingModule implements OnApplicationShutdown {
  constructor(private readonly tracer: StatementTracer) {}

  async onApplicationShutdown(): Promise<void> {
    await this.tracer.stop();
  }
}

/** Imported on demand, so that a server without traces does not load the SDK. */
async function startTracing(to: TraceExport, dataSource: DataSource): Promise<StatementTracer> {
  const { OtelTracer } = await import('./otel-tracer.js');
  const tracer = new OtelTracer(to);
  dataSource.subscribers.push(new StatementSpans(tracer));
  return tracer;
}
