import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpException,
  type INestApplication,
  Logger,
  NotFoundException,
  Param,
  Post,
  type Provider,
} from '@nestjs/common';
import { type AbstractHttpAdapter, APP_FILTER } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Test } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { MfaError } from '../../contract/errors.js';
import { RandomSource, SystemRandomSource } from '../../contract/random.js';
import { problemResponse } from './problem-response.js';
import { ProblemFilter } from './problem.filter.js';
import { RequestWatch } from '../requests/request-watch.js';
import { problemOf } from './problem-of.js';
import { RouteMethods } from './route-methods.js';

const THROWN: Readonly<Record<string, () => unknown>> = {
  code: () => new MfaError('invalid_code', { attemptsLeft: 3 }),
  fields: () => new MfaError('validation_failed', { errors: { code: ['No.'] } }),
  locked: () => new MfaError('method_locked', { retryAfterSeconds: 90 }),
  signedout: () => new MfaError('not_authenticated'),
  badtoken: () => new MfaError('token_not_valid'),
  hostrefusal: () => new BadRequestException('details of the host'),
  gone: () => new NotFoundException('details of the host'),
  teapot: () => new HttpException('details of the host', 418),
  throttled: () => new HttpException('ThrottlerException: Too Many Requests', 429),
  database: () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  bug: () => new TypeError('secret of the server'),
  upstream: () => Object.assign(new Error('mailbox'), { statusCode: 404, code: 'EENVELOPE' }),
  text: () => 'secret of the server',
};

@Controller('things')
class ThingController {
  @Post()
  echo(@Body() body: unknown): unknown {
    return body;
  }

  @Get('throw/:name')
  fail(@Param('name') name: string): never {
    throw THROWN[name]?.();
  }
}

async function start(
  adapter: AbstractHttpAdapter,
  providers: readonly Provider[] = [],
): Promise<[INestApplication, string]> {
  const module = await Test.createTestingModule({
    controllers: [ThingController],
    providers: [
      RouteMethods,
      { provide: RandomSource, useClass: SystemRandomSource },
      { provide: APP_FILTER, useClass: ProblemFilter },
      ...providers,
    ],
  }).compile();
  const app = module.createNestApplication(adapter);
  await app.listen(0, '127.0.0.1');
  return [app, await app.getUrl()];
}

async function read(response: Response) {
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body, code: body.code };
}

async function post(address: string, body: string, contentType: string) {
  const headers = { 'content-type': contentType };
  return read(await fetch(`${address}/things`, { method: 'POST', body, headers }));
}

const express = () => new ExpressAdapter();
const fastify = () =>
  new FastifyAdapter({
    bodyLimit: 100 * 1024,
    routerOptions: { ignoreTrailingSlash: true },
    // Fastify's router refuses it before Nest.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const occurrence = { instance: request.url, traceId: null };
      const { status, headers, body: text } = problemResponse(problemOf(error), occurrence);
      void reply.code(status).headers(headers).send(text);
    },
  });

const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
beforeEach(() => logged.mockClear());

describe.each([
  ['Express', express],
  ['Fastify', fastify],
])('ProblemFilter on %s', (_, adapter) => {
  let app: INestApplication;
  let address: string;

  beforeAll(async () => ([app, address] = await start(adapter())));
  afterAll(() => app.close());

  const get = async (name: string) => read(await fetch(`${address}/things/throw/${name}?secret=1`));

  it('answers application/problem+json with the members of RFC 9457', async () => {
    const { status, headers, body } = await get('code');

    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      type: 'urn:nestjs-mfa:problem:invalid_code',
      title: 'Invalid code',
      status: 400,
      detail: 'Invalid code',
      instance: '/things/throw/code',
      code: 'invalid_code',
      attempts_left: 3,
    });
    expect(logged).not.toHaveBeenCalled();
  });

  it('gives texts by field', async () => {
    expect((await get('fields')).body).toMatchObject({ errors: { code: ['No.'] } });
  });

  it('says in header and body when to try again', async () => {
    const { headers, body } = await get('locked');

    expect(headers.get('retry-after')).toBe('90');
    expect(body.retry_after).toBe(90);
  });

  it.each([
    ['signedout', 'Bearer'],
    ['badtoken', 'Bearer error="invalid_token"'],
  ])('challenges the client: %s', async (name, challenge) => {
    expect((await get(name)).headers.get('www-authenticate')).toBe(challenge);
  });

  it.each([
    ['hostrefusal', 400, 'validation_failed'],
    ['gone', 404, 'not_found'],
    ['teapot', 400, 'validation_failed'],
    ['throttled', 429, 'rate_limited'],
  ])("gives Nest's own exceptions a code: %s", async (name, status, code) => {
    const { body, status: answered } = await get(name);

    expect({ status: answered, code: body.code }).toEqual({ status, code });
    expect(JSON.stringify(body)).not.toContain('details of the host');
  });

  it('answers an outage with 503 and logs it', async () => {
    const { status, headers, body } = await get('database');

    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('1');
    expect(body).toMatchObject({ code: 'unavailable', retry_after: 1 });
    expect(logged).toHaveBeenCalledTimes(1);
  });

  it.each(['bug', 'upstream', 'text'])('hides what it does not know: %s', async (name) => {
    const { status, body } = await get(name);

    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'internal', trace_id: expect.stringMatching(/^\w{32}$/) });
    expect(JSON.stringify(body)).not.toMatch(/secret|mailbox/);
    expect(logged).toHaveBeenCalledTimes(1);
    expect(logged.mock.calls[0]?.[0]).toContain(String(body.trace_id));
  });

  it.each([
    ['broken JSON', '{"a":', 'application/json', 400, 'malformed_body'],
    ['a large body', `"${'x'.repeat(200_000)}"`, 'application/json', 413, 'payload_too_large'],
  ])('answers %s', async (__, sent, contentType, status, code) => {
    expect(await post(address, sent, contentType)).toMatchObject({ status, code });
    expect(logged).not.toHaveBeenCalled();
  });

  it('answers an unknown address, and one that cannot be decoded', async () => {
    for (const path of ['/nothing?secret=1', '/things/throw/%FF']) {
      const { status, body } = await read(await fetch(`${address}${path}`));

      expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
      expect(body.instance).toBe(path.replace('?secret=1', ''));
    }
  });

  it('takes a 404 of a route that has this method for what it is', async () => {
    const { status } = await fetch(`${address}/things/throw/gone`, { method: 'HEAD' });

    expect(status).toBe(404);
  });

  it.each(['/things', '/things/'])(
    'answers a wrong method with what is allowed: %s',
    async (path) => {
      const { status, headers, body } = await read(await fetch(`${address}${path}`));

      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('POST');
      expect(body).toMatchObject({
        code: 'method_not_allowed',
        detail: 'Method "GET" not allowed.',
      });
    },
  );
});

describe.each([
  ['Express', express, '{}', 'application/json; charset=x-no', 415, 'unsupported_media_type'],
  ['Fastify', fastify, '{"__proto__": {}}', 'application/json', 400, 'malformed_body'],
  ['Fastify', fastify, '', 'application/json', 400, 'malformed_body'],
  ['Fastify', fastify, '<a/>', 'application/xml', 415, 'unsupported_media_type'],
])('ProblemFilter on %s alone', (_, adapter, sent, contentType, status, code) => {
  it(`answers ${code} to ${contentType}: ${sent}`, async () => {
    const [app, address] = await start(adapter());
    try {
      const answer = await post(address, sent, contentType);

      expect(answer).toMatchObject({ status, code });
    } finally {
      await app.close();
    }
  });
});

describe.each([
  ['Express', express],
  ['Fastify', fastify],
])('ProblemFilter on %s of a host that watches requests', (_, adapter) => {
  it("tells the host each problem, and the client the host's name of a failure", async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const told: string[] = [];
    const watch: RequestWatch = {
      traceIdOf: () => traceId,
      refused: (_request, code) => void told.push(code),
    };
    const [app, address] = await start(adapter(), [{ provide: RequestWatch, useValue: watch }]);
    try {
      const failure = await read(await fetch(`${address}/things/throw/bug`));
      const refusal = await read(await fetch(`${address}/things/throw/code`));

      expect(failure.body.trace_id).toBe(traceId);
      expect(refusal.body).not.toHaveProperty('trace_id');
      expect(told).toEqual(['internal', 'invalid_code']);
    } finally {
      await app.close();
    }
  });

  it('names a failure itself where the host gives no name of such, and says so', async () => {
    const watch: RequestWatch = { traceIdOf: () => 'request 7', refused: () => {} };
    const [app, address] = await start(adapter(), [{ provide: RequestWatch, useValue: watch }]);
    try {
      const { body } = await read(await fetch(`${address}/things/throw/bug`));
      expect(body.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(logged).toHaveBeenCalledWith(
        'Error: RequestWatch.traceIdOf must give 32 hexadecimal digits, or nothing at all, and gave a text.',
      );
    } finally {
      await app.close();
    }
  });
});
