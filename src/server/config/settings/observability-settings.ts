import { ConfigError } from '../values/config-error.js';
import { matching, trueOrFalse, anyText, urlOf, wholeNumber } from '../values/formats.js';
import { optional, setting, type SettingValues } from './setting.js';

/** The address that serves metrics. */
export interface MetricsAddress {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
}

/** The collector of traces. */
export interface TraceExport {
  /** Receives OTLP as JSON over HTTP. */
  readonly url: string;
  readonly serviceName: string;
}

/** Logs, metrics and traces. Names that begin with `OTEL_` are OpenTelemetry's. */
export const WATCHING_SETTINGS = [
  setting(
    'LOG_REQUESTS',
    { production: 'true', otherwise: 'false' },
    'Log one line for each request, without addresses, names or tokens',
    trueOrFalse,
  ),
  optional(
    'METRICS_PORT',
    'TCP port on which Prometheus reads `/metrics`, apart from the API; unset: there are none',
    wholeNumber(0, 65_535),
  ),
  setting(
    'METRICS_HOST',
    '127.0.0.1',
    'Address to listen on for that; everybody who reaches it reads them',
    matching(/^[\w.:-]+$/, 'a host name or an IP address'),
  ),
  optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Collector of traces (OTLP over HTTP), which are sent to its path `/v1/traces`; unset: there are no traces',
    urlOf(['http', 'https']),
  ),
  optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'The same with its whole path, and before it; unset: the one above',
    urlOf(['http', 'https']),
  ),
  setting('OTEL_SERVICE_NAME', 'nestjs-mfa', 'Name of this service in traces', anyText),
  setting('OTEL_SDK_DISABLED', 'false', 'Make no traces in spite of a collector', trueOrFalse),
] as const;

type Values = SettingValues<typeof WATCHING_SETTINGS>;

/**
 * The address that serves metrics; null: nothing does.
 *
 * @param apiPort `PORT`
 * @throws {ConfigError} when the API has the same port
 */
export function metricsAddressOf(
  { METRICS_PORT: port, METRICS_HOST: host }: Values,
  apiPort: number,
): MetricsAddress | null {
  if (port !== null && port !== 0 && port === apiPort) {
    throw new ConfigError([
      'METRICS_PORT and PORT are the same: metrics are not for everybody who reaches the API, so give them another.',
    ]);
  }
  return port === null ? null : { port, host };
}

/** The collector of traces; null: the server makes none. */
export function traceExportOf(values: Values): TraceExport | null {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: base,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole,
    OTEL_SERVICE_NAME: serviceName,
  } = values;
  const url = whole ?? (base === null ? null : `${base.replace(/\/$/, '')}/v1/traces`);
  return url === null || values.OTEL_SDK_DISABLED ? null : { url, serviceName };
}
