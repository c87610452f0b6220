import { Module } from '@nestjs/common';
import { ServerConfig } from '../../config/server-config.js';
import { RedisConnection } from './redis-connection.js';

/** The connection to the Redis that `REDIS_URL` names, if it names one. */
@Module({
  providers: [
    {
      provide: RedisConnection,
      inject: [ServerConfig],
      useFactory: ({ redisUrl }: ServerConfig) => RedisConnection.open(redisUrl),
    },
  ],
  exports: [RedisConnection],
})
export class RedisModule {}
