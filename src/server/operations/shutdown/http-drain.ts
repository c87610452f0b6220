import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ServerConfig } from '../../config/server-config.js';
import { DrainState } from './drain-state.js';
import { SilentConnections } from './silent-connections.js';

/**
 * Has the requests that run finish before anything else stops: what they leave behind, such as
 * events to deliver, is then still looked after. A provider of the root module, whose hooks come
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

  /** To be called once, before the application listens. */
  watch(app: NestFastifyApplication): void {
    const fastify = app.getHttpAdapter().getInstance();
    this.silent.watch(fastify.server);
    fastify.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.state.isDraining) reply.header('Connection', 'close');
      done();
    });
  }

  /** First not ready, then, once load balancers know, no longer listening. */
  async onModuleDestroy(): Promise<void> {
    this.state.begin();
    // Without a server there is nobody to wait for: a command that does its work.
    if (!this.host.listening) return;
    await setTimeout(this.config.shutdownDelaySeconds * 1000);
    this.silent.end();
    await this.host.httpAdapter.close();
  }
}
