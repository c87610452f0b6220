import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ServerConfig } from '../../config/server-config.js';
import { DrainState } from './drain-state.js';
import { SilentConnections } from './silent-connections.js';

/**
 * Lets running requests finish before anything else stops, so that their work, for example events
 * to deliver, is still processed. It is a provider of the root module because those hooks run
 * first; Nest itself closes the HTTP side after most of them.
 */
@Injectable()
export class HttpDrain implements OnModuleDestroy {
  private readonly silent = new SilentConnections();

  constructor(
    private readonly state: DrainState,
    private readonly host: HttpAdapterHost,
    @Inject(ServerConfig) private readonly config: Pick<ServerConfig, 'shutdownDelaySeconds'>,
  ) {}

  /** Call this once, before the application listens. */
  watch(app: NestFastifyApplication): void {
    const fastify = app.getHttpAdapter().getInstance();
    this.silent.watch(fastify.server);
    fastify.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.state.isDraining) reply.header('Connection', 'close');
      done();
    });
  }

  /** Reports "not ready" first, and stops listening once load balancers know. */
  async onModuleDestroy(): Promise<void> {
    this.state.begin();
    // A command runs without a server, so there is nothing to drain.
    if (!this.host.listening) return;
    await setTimeout(this.config.shutdownDelaySeconds * 1000);
    this.silent.end();
    await this.host.httpAdapter.close();
  }
}
