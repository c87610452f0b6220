import { Logger } from '@nestjs/common';
import { RedisConnection } from '../../../src/server/rate-limit/redis/redis-connection.js';
import { RedisStorage } from '../../../src/server/rate-limit/redis-storage.js';
import { eventually } from '../../support/eventually.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { clientOf, describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { startServer, type TestServer } from '../../support/server.js';

const LIMIT = 6;
const WINDOW_MILLISECONDS = 60_000;
/** Routes that ask for no token; those of one kind draw on one limit. */
const KINDS = {
  'sign-ins': ['/login/', '/registration/', '/password/reset/'],
  renewals: ['/token/refresh/', '/token/verify/'],
};

describeWithRedis('a limit of requests over several servers', () => {
  let redis: RedisServer;
  let first: TestServer;
  let second: TestServer;
  const logger = new LogRecorder();

  beforeAll(async () => {
    redis = await RedisServer.start();
    const environment = { REDIS_URL: redis.url, RATE_LIMIT_PER_MINUTE: String(LIMIT) };
    first = await startServer(environment, { races: true });
    second = await first.startSibling(environment, { races: true });
    // Nest has one logger for the whole process.
    Logger.overrideLogger(logger);
  });

  afterAll(async () => {
    await second.stop();
    await first.stop();
    await redis.stop();
  });

  const ask = async (server: TestServer, path = '/login/') => (await server.post(path, {})).status;

  it.each(Object.entries(KINDS))('counts %s over all of them together', async (_, paths) => {
    const everywhere = () => paths.flatMap((path) => [ask(first, path), ask(second, path)]);
    const statuses = await Promise.all([...everywhere(), ...everywhere()]);
    expect(statuses.filter((status) => status !== 429)).toHaveLength(LIMIT);
  });

  it('says how long to wait', async () => {
    const { status, body } = await second.post('/login/', {});
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(body.retry_after).toBeGreaterThan(0);
    expect(body.retry_after).toBeLessThanOrEqual(60);
  });

  it('is stricter in each server while Redis is away, which one line tells', async () => {
    await redis.kill();
    // What this server let pass before is forgotten with its minute.
    first.clock.advance({ seconds: 60 });
    const statuses: number[] = [];
    for (let i = 0; i < LIMIT; i++) statuses.push(await ask(first));
    expect(statuses.filter((status) => status !== 429)).toHaveLength(LIMIT / 3);
    const warnings = logger.lines.filter((line) => line.includes('Redis does not count'));
    expect(warnings).toHaveLength(1);
  });
});

describeWithRedis('a server beside a Redis that takes nothing', () => {
  let redis: RedisServer;
  let server: TestServer;
  let operator: RedisConnection;

  beforeAll(async () => {
    redis = await RedisServer.start();
    operator = await RedisConnection.open(redis.url);
    server = await startServer({ REDIS_URL: redis.url, RATE_LIMIT_PER_MINUTE: String(LIMIT) });
  });
  afterAll(async () => {
    await server.stop();
    operator.onApplicationShutdown();
    await redis.stop();
  });

  const passed = async () => {
    server.clock.advance({ seconds: 60 });
    const statuses: number[] = [];
    for (let i = 0; i < LIMIT; i++) statuses.push((await server.post('/login/', {})).status);
    return statuses.filter((status) => status !== 429).length;
  };
  const readiness = async () => (await server.get('//health/ready')).body;

  it.each([
    ['is full', 'CONFIG', ['SET', 'maxmemory', '1'], ['SET', 'maxmemory', '0']],
    ['is a replica', 'REPLICAOF', ['127.0.0.1', '1'], ['NO', 'ONE']],
  ])('counts by itself while that %s, says so, and stops', async (_, command, fault, cure) => {
    await clientOf(operator).call(command, ...fault);
    expect(await passed()).toBe(LIMIT / 3);
    expect(await readiness()).toMatchObject({
      status: 'degraded',
      details: { redis: { status: 'degraded' } },
    });
    await clientOf(operator).call(command, ...cure);
    const { status } = await eventually(readiness, (body) => body.status === 'ok');
    expect(status).toBe('ok');
    await clientOf(operator).flushall();
    expect(await passed()).toBe(LIMIT);
  });
});

describeWithRedis('RedisStorage', () => {
  let redis: RedisServer;
  let connections: RedisConnection[];

  beforeAll(async () => {
    redis = await RedisServer.start();
    connections = await Promise.all([1, 2, 3].map(() => RedisConnection.open(redis.url)));
  });

  afterAll(async () => {
    for (const connection of connections) connection.onApplicationShutdown();
    await redis.stop();
  });

  it('lets exactly the limit pass of many that ask at once', async () => {
    const storages = connections.map((connection) => new RedisStorage(clientOf(connection)));
    const counts = await Promise.all(
      Array.from({ length: 50 }, () => storages)
        .flat()
        .map((storage) => storage.increment('a', WINDOW_MILLISECONDS, LIMIT)),
    );
    expect(counts.filter(({ isBlocked }) => !isBlocked)).toHaveLength(LIMIT);
  });

  it('leaves no client without the end of a window', async () => {
    const [connection] = connections;
    if (connection === undefined) throw new Error('No connection is open.');
    const client = clientOf(connection);
    const [key = ''] = await client.keys('*');
    expect(await client.pttl(key)).toBeGreaterThan(0);
    // As by a process that died between counting and setting the end.
    await client.persist(key);
    const { timeToBlockExpire } = await new RedisStorage(client).increment('a', 1_000, LIMIT);
    expect(timeToBlockExpire).toBe(1);
    const leftMilliseconds = await client.pttl(key);
    expect(leftMilliseconds).toBeGreaterThan(0);
    expect(leftMilliseconds).toBeLessThanOrEqual(1_000);
  });

  it('keeps no window open for longer than it is, whatever the clock of Redis was', async () => {
    const [connection] = connections;
    if (connection === undefined) throw new Error('No connection is open.');
    const client = clientOf(connection);
    const storage = new RedisStorage(client);
    const take = () => storage.increment('b', WINDOW_MILLISECONDS, 1);
    await take();
    const [key = ''] = await client.keys('*:b');
    // As by a Redis whose clock was an hour ahead when the window was opened.
    await client.pexpire(key, 3_600_000);
    expect(await take()).toMatchObject({ isBlocked: true, timeToBlockExpire: 60 });
    expect(await client.pttl(key)).toBeLessThanOrEqual(WINDOW_MILLISECONDS);
  });
});
