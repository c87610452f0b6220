import { type DynamicModule, Module } from '@nestjs/common';
import { RequestWatch } from '../../mfa/index.js';
import { type ServerConfig } from '../config/server-config.js';
import { RequestLog } from './request-log.js';
import { RequestObservers } from './request-observers.js';
import { RequestRecords } from './request-records.js';

/** Names requests, and has whoever is configured hear of them. */
@Module({})
export class WatchingModule {
  static forRoot({ logsRequests }: ServerConfig): DynamicModule {
    const providers = [
      RequestRecords,
      { provide: RequestWatch, useExisting: RequestRecords },
      {
        provide: RequestObservers,
        useFactory: () => new RequestObservers(null, logsRequests ? [new RequestLog()] : []),
      },
    ];
    return { module: WatchingModule, global: true, providers, exports: providers };
  }
}
