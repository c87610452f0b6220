import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A span in OTLP's JSON. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2: error. */
  readonly status: { readonly code?: number };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: object;
}

interface OtlpBody {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: OtlpAttribute[] };
    readonly scopeSpans: {
      readonly spans: (Omit<ExportedSpan, 'attributes'> & {
        readonly attributes: OtlpAttribute[];
      })[];
    }[];
  }[];
}

/** Accepts spans over OTLP/HTTP on the loopback and records them. */
export class TraceCollector {
  /** Each body as received. */
  readonly bodies: string[] = [];
  private readonly server = createServer((request, response) => void this.take(request, response));

  /** @param status the status of each answer */
  constructor(private readonly status = 200) {}

  async start(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.bodies.push(await text(request));
    response.writeHead(this.status, { 'Content-Type': 'application/json' }).end('{}');
  }

  /** The value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): ExportedSpan[] {
    const bodies = this.bodies.map((body) => JSON.parse(body) as OtlpBody);
    const scopes = bodies.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans),
    );
    return scopes.flatMap(({ spans }) =>
      spans.map((span) => ({ ...span, attributes: valuesOf(span.attributes) })),
    );
  }

  /** The resource attributes of the first spans. */
  get resource(): Readonly<Record<string, unknown>> {
    const { resourceSpans } = JSON.parse(this.bodies[0] ?? '') as OtlpBody;
    return valuesOf(resourceSpans[0]?.resource.attributes ?? []);
  }
}

function valuesOf(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
