import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { type ServerConfig } from '../config/server-config.js';
import { ServerLogger } from '../observability/logging/server-logger.js';

/**
 * Works with the parts of a server that does not listen, exports no metrics or traces, and delivers no
 * events: the operator's shell may not reach the gateways that the servers reach.
 */
export async function withServer<T>(
  config: ServerConfig,
  work: (server: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const quiet: ServerConfig = {
    ...config,
    mfa: { ...config.mfa, outboxIntervalSeconds: 0 },
    metrics: null,
    traces: null,
  };
  const logger = new ServerLogger(config.isProduction);
  logger.setLogLevels(['error']);
  const server = await NestFactory.createApplicationContext(AppModule.forRoot(quiet), {
    logger,
    abortOnError: false,
  });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}
