import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ConfigError } from '../../src/server/config/values/config-error.js';
import { RedisConnection } from '../../src/server/rate-limit/redis/redis-connection.js';
import { clientOf, describeWithRedis, RedisServer } from '../support/redis-server.js';

/** Nothing listens there: the port is reserved [RFC 6335 §6]. */
const NOWHERE = 'redis://127.0.0.1:1';

describe('RedisConnection', () => {
  it('has no client and always answers where none is configured', async () => {
    const connection = await RedisConnection.open(null);
    expect(connection.isConfigured).toBe(false);
    await expect(connection.reach()).resolves.toBeUndefined();
    connection.onApplicationShutdown();
  });

  it('tells the log once why there is none', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const connection = await RedisConnection.open(NOWHERE);
    await expect(connection.reach()).rejects.toThrow();
    expect(warn.mock.calls).toEqual([['No connection to Redis: Error ECONNREFUSED']]);
    warn.mockRestore();
    connection.onApplicationShutdown();
  });

  it('opens without a Redis, and then rejects', async () => {
    const connection = await RedisConnection.open(NOWHERE);
    expect(connection.isConfigured).toBe(true);
    await expect(connection.reach()).rejects.toThrow();
    connection.onApplicationShutdown();
  });
});

describeWithRedis('RedisConnection with a Redis', () => {
  let redis: RedisServer;
  let connection: RedisConnection;

  beforeAll(async () => {
    redis = await RedisServer.start();
    connection = await RedisConnection.open(redis.url);
  });

  afterAll(async () => {
    connection.onApplicationShutdown();
    await redis.stop();
  });

  it('refuses a database that is not there, whether Redis is there at the start or comes later', async () => {
    const [error] = (['error', 'warn'] as const).map((level) =>
      jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined),
    );
    const sentence =
      'REDIS_URL names the database 99, which its Redis does not give ("ERR DB index is out of range"): name one that it has.';
    await expect(RedisConnection.open(`${redis.url}/99`)).rejects.toEqual(
      new ConfigError([sentence]),
    );
    await redis.kill();
    const late = await RedisConnection.open(`${redis.url}/99`);
    const ended = new Promise<void>((resolve) => clientOf(late).once('end', resolve));
    const back = new Promise<void>((resolve) => clientOf(connection).once('ready', resolve));
    await redis.resume();
    await Promise.all([ended, back]);
    expect(error?.mock.calls).toEqual([[sentence], [sentence]]);
    await expect(clientOf(late).set('key', 'value')).rejects.toThrow();
    late.onApplicationShutdown();
    jest.restoreAllMocks();
  });

  it('works in the database that is named', async () => {
    const third = await RedisConnection.open(`${redis.url}/3`);
    await clientOf(third).set('key', 'of the third');
    expect(await clientOf(connection).get('key')).toBeNull();
    third.onApplicationShutdown();
  });

  it('can be used as soon as it is open', async () => {
    await expect(clientOf(connection).ping()).resolves.toBe('PONG');
  });

  it('rejects while Redis takes requests and does not answer', async () => {
    redis.freeze();
    await expect(connection.reach()).rejects.toThrow('Command timed out');
    redis.thaw();
    await expect(clientOf(connection).ping()).resolves.toBe('PONG');
  });

  it('rejects while Redis is away, and comes back with it', async () => {
    await redis.kill();
    await expect(connection.reach()).rejects.toThrow();
    // Errors come before it, as long as the client knocks in vain.
    const back = new Promise<void>((resolve) => clientOf(connection).once('ready', resolve));
    await redis.resume();
    await back;
    await expect(connection.reach()).resolves.toBeUndefined();
  });

  it('rejects while Redis is full', async () => {
    const client = clientOf(connection);
    await client.config('SET', 'maxmemory', '1');
    await expect(client.ping()).resolves.toBe('PONG');
    await expect(connection.reach()).rejects.toThrow('OOM');
    await client.config('SET', 'maxmemory', '0');
    await expect(connection.reach()).resolves.toBeUndefined();
  });

  it('leaves a Redis that has become a replica, and finds the primary at its address', async () => {
    const client = clientOf(connection);
    await client.replicaof('127.0.0.1', '1');
    const back = new Promise<void>((resolve) => client.once('ready', resolve));
    await expect(connection.reach()).rejects.toThrow('READONLY');
    await back;
    await client.replicaof('NO', 'ONE');
    await expect(connection.reach()).resolves.toBeUndefined();
  });
});
