import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { MetricsListener } from './metrics-listener.js';
import { ServerMetrics } from './server-metrics.js';

class BrokenMetrics extends ServerMetrics {
  readonly contentType = 'text/plain';
  answered(): void {}
  happened(): void {}
  refused(): void {}
  async text(): Promise<string> {
    throw new Error('broken');
  }
}

describe('MetricsListener', () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  const listenOn = (port: number) =>
    new MetricsListener(new BrokenMetrics(), { port, host: '127.0.0.1' });
  let listener: MetricsListener;
  beforeAll(async () => {
    listener = listenOn(0);
    await listener.onApplicationBootstrap();
  });
  afterAll(() => listener.onApplicationShutdown());

  it('says which setting has a port that is taken', async () => {
    const port = Number(new URL(listener.url).port);
    await expect(listenOn(port).onApplicationBootstrap()).rejects.toThrow(
      `Another program listens on METRICS_PORT ${port}: choose another port.`,
    );
  });

  it('outlives metrics that cannot be read', async () => {
    expect((await fetch(listener.url)).status).toBe(500);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  it('asks for nothing but the metrics, and only to read them', async () => {
    expect((await fetch(listener.url.replace('/metrics', '/'))).status).toBe(404);
    expect((await fetch(listener.url, { method: 'POST' })).status).toBe(405);
  });
});
