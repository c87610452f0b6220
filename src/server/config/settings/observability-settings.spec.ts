import { ConfigError } from '../values/config-error.js';
import { metricsAddressOf, traceExportOf } from './observability-settings.js';

const UNSET = {
  LOG_REQUESTS: false,
  METRICS_PORT: null,
  METRICS_HOST: '127.0.0.1',
  OTEL_EXPORTER_OTLP_ENDPOINT: null,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: null,
  OTEL_SERVICE_NAME: 'nestjs-mfa',
  OTEL_SDK_DISABLED: false,
};

describe('metricsAddressOf', () => {
  it('has none where no port is set', () => {
    expect(metricsAddressOf(UNSET, 3000)).toBeNull();
    const host = '127.0.0.1';
    expect(metricsAddressOf({ ...UNSET, METRICS_PORT: 9464 }, 3000)).toEqual({ port: 9464, host });
    expect(metricsAddressOf({ ...UNSET, METRICS_PORT: 0 }, 0)).toEqual({ port: 0, host });
  });

  it('refuses the port of the API', () => {
    expect(() => metricsAddressOf({ ...UNSET, METRICS_PORT: 3000 }, 3000)).toThrow(ConfigError);
  });
});

describe('traceExportOf', () => {
  const endpoint = 'http://collector:4318';
  const whole = 'https://traces.example.org/in';

  it.each([
    [{}, null],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, `${endpoint}/v1/traces`],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` }, `${endpoint}/v1/traces`],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole }, whole],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole }, whole],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: true }, null],
  ])('makes of %j %s', (given, url) => {
    const expected = url === null ? null : { url, serviceName: 'nestjs-mfa' };
    expect(traceExportOf({ ...UNSET, ...given })).toEqual(expected);
  });
});
