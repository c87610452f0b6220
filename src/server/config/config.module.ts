import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ServerConfig } from './server-config.js';

/** Provides the configuration that was read at start to every module. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: ServerConfig): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: ServerConfig, useValue: config }],
      exports: [ServerConfig],
    };
  }
}
