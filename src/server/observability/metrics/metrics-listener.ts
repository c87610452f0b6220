import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type MetricsAddress } from '../../config/settings/observability-settings.js';
import { isSystemError } from '../../config/values/system-error.js';
import { type ServerMetrics } from './server-metrics.js';

const PATH = '/metrics';

/** Serves the metrics on an address of their own, which need not be public. */
export class MetricsListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private readonly server = createServer(
    (request, response) => void this.answer(request, response),
  );

  constructor(
    private readonly metrics: ServerMetrics,
    private readonly address: MetricsAddress,
  ) {}

  /** @throws {Error} when the port is taken */
  async onApplicationBootstrap(): Promise<void> {
    const { port, host } = this.address;
    try {
      await once(this.server.listen({ port, host }), 'listening');
    } catch (cause) {
      if (!isSystemError(cause, 'EADDRINUSE')) throw cause;
      throw new Error(`Another program listens on METRICS_PORT ${port}: choose another port.`, {
        cause,
      });
    }
    this.logger.log(`Metrics  ${this.url}`);
  }

  /** Closes last, so that a draining server can still be observed. */
  onApplicationShutdown(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Valid once it listens. */
  get url(): string {
    // A TCP server has an address of this type.
    const { port, address, family } = this.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${PATH}`;
  }

  private async answer({ url = '', method }: IncomingMessage, response: ServerResponse) {
    try {
      if (url.replace(/\?.*$/s, '') !== PATH) response.writeHead(404).end();
      else if (method !== 'GET' && method !== 'HEAD')
        response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      else {
        const text = await this.metrics.text();
        response.writeHead(200, { 'Content-Type': this.metrics.contentType }).end(text);
      }
    } catch (error) {
      this.logger.error(
        'The metrics could not be read.',
        error instanceof Error ? error.stack : '',
      );
      response.writeHead(500).end();
    }
  }
}
