import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TerminusModule } from '@nestjs/terminus';
import { getDataSourceToken } from '@nestjs/typeorm';
import { Mailer } from '../../delivery/mail/mailer.js';
import { RedisConnection } from '../../rate-limit/redis/redis-connection.js';
import { DrainState } from '../shutdown/drain-state.js';
import { Readiness } from './readiness.js';

const answers = async () => [{ read_only: 'off' }];
const fails = async (): Promise<never> => {
  throw new Error('connect ECONNREFUSED db.internal');
};

interface Parts {
  readonly query?: () => Promise<unknown>;
  readonly reach?: () => Promise<void>;
  readonly write?: () => Promise<void>;
  readonly drain?: DrainState;
}

async function readinessWith(parts: Parts): Promise<Readiness> {
  const { query = answers, reach, write, drain } = parts;
  const mailer = { send: async () => {}, ...(reach && { reach }) };
  const module = await Test.createTestingModule({
    imports: [TerminusModule.forRoot({ logger: false })],
    providers: [
      Readiness,
      { provide: getDataSourceToken(), useValue: { query } },
      { provide: Mailer, useValue: mailer },
      { provide: RedisConnection, useValue: { isConfigured: write !== undefined, reach: write } },
      { provide: DrainState, useValue: drain ?? new DrainState() },
    ],
  }).compile();
  return module.get(Readiness);
}

const UNAVAILABLE = { code: 'unavailable' };

describe('Readiness', () => {
  it('is ok when the database answers and nothing else is configured', async () => {
    expect(await (await readinessWith({})).check()).toEqual({ status: 'ok' });
  });

  it('fails when the database does not, for the reason that is logged', async () => {
    const readiness = await readinessWith({ query: fails });
    const cause = expect.objectContaining({ message: expect.stringContaining('ECONNREFUSED') });
    await expect(readiness.check()).rejects.toMatchObject({ ...UNAVAILABLE, cause });
  });

  it('fails when the database takes no change', async () => {
    const readiness = await readinessWith({ query: async () => [{ read_only: 'on' }] });
    await expect(readiness.check()).rejects.toMatchObject({
      ...UNAVAILABLE,
      cause: { code: '25006' },
    });
  });

  it('fails from the moment on when the process drains', async () => {
    const drain = new DrainState();
    const readiness = await readinessWith({ drain });
    expect(await readiness.check()).toEqual({ status: 'ok' });
    drain.begin();
    await expect(readiness.check()).rejects.toMatchObject(UNAVAILABLE);
  });

  it('is degraded, and says no reason, when the mail server is away', async () => {
    expect(await (await readinessWith({ reach: fails })).check()).toEqual({
      status: 'degraded',
      details: { database: { status: 'up' }, smtp: { status: 'degraded' } },
    });
  });

  it('tells the log why a helper is away, once for each reason, and that it is back', async () => {
    const [warn, log] = (['warn', 'log'] as const).map((level) =>
      jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined),
    );
    const codes = ['ECONNREFUSED', 'ECONNREFUSED', 'ETIMEDOUT', null, null];
    const write = async () => {
      const code = codes.shift() ?? null;
      if (code !== null) throw Object.assign(new Error('of ada@example.org'), { code });
    };
    const readiness = await readinessWith({ write });
    for (let looks = 0; looks < 5; looks += 1) await readiness.check();
    expect(warn?.mock.calls).toEqual([
      ['redis does not answer: Error ECONNREFUSED'],
      ['redis does not answer: Error ETIMEDOUT'],
    ]);
    expect(log?.mock.calls.slice(-1)).toEqual([['redis answers again.']]);
    jest.restoreAllMocks();
  });

  it('is degraded while Redis is away, and no longer', async () => {
    let isAway = true;
    const write = () => (isAway ? fails() : Promise.resolve());
    const readiness = await readinessWith({ write, reach: async () => {} });
    expect(await readiness.check()).toEqual({
      status: 'degraded',
      details: {
        database: { status: 'up' },
        redis: { status: 'degraded' },
        smtp: { status: 'up' },
      },
    });
    isAway = false;
    expect(await readiness.check()).toEqual({ status: 'ok' });
  });

  it('does not wait for a mail server that is silent', async () => {
    const silent = await readinessWith({ reach: () => new Promise(() => {}) });
    expect(await silent.check()).toMatchObject({ status: 'degraded' });
  });

  it('looks for the mail server once in a while, however often it is asked', async () => {
    let looks = 0;
    const reach = async () => void (looks += 1);
    const readiness = await readinessWith({ reach });
    const verdicts = await Promise.all([readiness.check(), readiness.check()]);
    expect([...verdicts, await readiness.check()]).toEqual(Array(3).fill({ status: 'ok' }));
    expect(looks).toBe(1);
  });
});
