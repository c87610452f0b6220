import {
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Logger } from '@nestjs/common';
import { rejectAfter } from '../../../mfa/index.js';
import { type TraceExport } from '../../config/settings/observability-settings.js';
import { type AnsweredRequest, NO_ROUTE } from '../requests/request-observer.js';
import { RequestRecord } from '../requests/request-record.js';
import { type TraceParent } from '../requests/trace-parent.js';
import { StatementTracer } from './statement-spans.js';

/** An unreachable collector must not hold up the end of the process. */
const LAST_EXPORT_MILLISECONDS = 3_000;
const FIRST_WORD = /^\s*(\w+)/;

/**
 * Makes spans with the OpenTelemetry SDK, which reads its own `OTEL_` variables for samplers and
 * batches. A span holds the attributes set here and no client input: no URL, no query, no header,
 * no value of a statement.
 *
 * It registers nothing globally: the context that serves the log also serves the spans.
 */
export class OtelTracer extends StatementTracer {
  private readonly logger = new Logger('Traces');
  private readonly provider: NodeTracerProvider;
  private readonly tracer: Tracer;
  private readonly spans = new WeakMap<RequestRecord, Span>();

  constructor({ url, serviceName }: TraceExport) {
    super();
    this.tellOfFailures();
    this.provider = new NodeTracerProvider({
      resource: defaultResource()
        .merge(detectResources({ detectors: [envDetector] }))
        .merge(resourceFromAttributes({ 'service.name': serviceName })),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    });
    this.tracer = this.provider.getTracer('nestjs-mfa');
  }

  begin(method: string, parent: TraceParent | null): RequestRecord {
    const kind = SpanKind.SERVER;
    const attributes = { 'http.request.method': method };
    const span = this.tracer.startSpan(method, { kind, attributes }, contextOf(parent));
    const record = new RequestRecord(span.spanContext().traceId);
    this.spans.set(record, span);
    return record;
  }

  answered({ record, method, route, status }: AnsweredRequest): void {
    const span = this.spans.get(record);
    if (span === undefined) return;
    const { factor, code } = record;
    span.setAttribute('http.response.status_code', status);
    if (route !== NO_ROUTE) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
    if (factor !== null) span.setAttribute('mfa.factor', factor);
    if (code !== null) span.setAttribute('mfa.code', code);
    if (status >= 500) fail(span, code ?? String(status));
    span.end();
  }

  beginStatement(record: RequestRecord, statement: string): (failure?: string) => void {
    const request = this.spans.get(record);
    if (request === undefined) return () => {};
    const operation = FIRST_WORD.exec(statement)?.[1]?.toUpperCase() ?? 'SQL';
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.text': statement,
    };
    const context = trace.setSpan(ROOT_CONTEXT, request);
    const span = this.tracer.startSpan(operation, { kind: SpanKind.CLIENT, attributes }, context);
    return (failure) => {
      if (failure !== undefined) fail(span, failure);
      span.end();
    };
  }

  async stop(): Promise<void> {
    try {
      await rejectAfter(LAST_EXPORT_MILLISECONDS, this.provider.shutdown());
    } catch {
      this.logger.warn('The last spans were not exported.');
    }
  }

  /** Logs our own words: the SDK's messages may contain the collector's answer or its address. */
  private tellOfFailures(): void {
    const tell = () => this.logger.warn('Spans could not be exported.');
    const silent = () => {};
    const logger = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }
}

/** A trace begins here, or continues from the caller's span [W3C Trace Context §2.3]. */
function contextOf(parent: TraceParent | null): Context {
  if (parent === null) return ROOT_CONTEXT;
  const { traceId, spanId, flags: traceFlags } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** Records the code alone: the message of an error may contain client input. */
function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code);
}
