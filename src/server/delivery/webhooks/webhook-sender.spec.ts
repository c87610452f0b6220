import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { FakeClock, FakeRandomSource } from '../../../mfa/testing/index.js';
import { WebhookSink } from '../../../../test/support/webhook-sink.js';
import { Delay } from './delay.js';
import { WebhookSender, webhookSignature, type WebhookTarget } from './webhook-sender.js';

const SHORT_MILLISECONDS = 150;
const content = { to: '+4917012345612', text: 'The code is 123456.' };

/** Moves the clock instead of waiting. */
class FakeDelay extends Delay {
  readonly waits: number[] = [];

  constructor(private readonly clock: FakeClock) {
    super();
  }

  async wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    this.clock.advance({ seconds: 1 });
  }
}

describe('WebhookSender', () => {
  let sink: WebhookSink;
  let clock: FakeClock;
  let delay: FakeDelay;
  let sender: WebhookSender;

  beforeEach(async () => {
    sink = await WebhookSink.start();
    clock = new FakeClock();
    delay = new FakeDelay(clock);
    sender = new WebhookSender(clock, new FakeRandomSource(), delay);
  });
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  afterEach(async () => {
    warn.mockClear();
    await sink.stop();
  });
  afterAll(() => warn.mockRestore());

  const target = (changes: Partial<WebhookTarget> = {}): WebhookTarget => ({
    url: sink.url,
    secret: Buffer.from(sink.secret.slice('whsec_'.length), 'base64'),
    ...changes,
  });
  const idsOf = () => sink.webhooks.map(({ headers }) => headers['webhook-id']);

  it('posts JSON under an id and a time, with a signature that its receiver can check', async () => {
    await sender.send(target(), content);
    const [webhook] = sink.webhooks;
    expect(webhook).toMatchObject({ path: '/send', content });
    expect(webhook?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^msg_[0-9a-f-]{36}$/),
      'webhook-timestamp': String(Math.floor(clock.now().getTime() / 1000)),
    });
    expect(webhook !== undefined && sink.isSigned(webhook)).toBe(true);
    expect(delay.waits).toEqual([]);
  });

  it('gives every message an id of its own', async () => {
    await sender.send(target(), content);
    await sender.send(target(), content);
    expect(new Set(idsOf()).size).toBe(2);
  });

  it('does not sign without a secret', async () => {
    await sender.send(target({ secret: null }), content);
    expect(sink.webhooks[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([200, 201, 202, 204])('is content with %d', async (status) => {
    sink.answerAll(status);
    await sender.send(target(), content);
    expect(sink.webhooks).toHaveLength(1);
  });

  it.each([429, 500, 502, 503])('repeats after %d, under the same id', async (status) => {
    sink.answerNext(status);
    await sender.send(target(), content);
    expect(sink.webhooks).toHaveLength(2);
    expect(new Set(idsOf()).size).toBe(1);
    const times = sink.webhooks.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times[1]).toBe(Number(times[0]) + 1);
    expect(sink.webhooks.every((webhook) => sink.isSigned(webhook))).toBe(true);
    expect(delay.waits).toEqual([200]);
  });

  it('gives up after the third try', async () => {
    sink.answerAll(503);
    await expect(sender.send(target(), content)).rejects.toThrow('not taken: status 503.');
    expect(sink.webhooks).toHaveLength(3);
    expect(delay.waits).toEqual([200, 800]);
  });

  it.each([400, 401, 404, 410, 422])('does not repeat after %d', async (status) => {
    sink.answerAll(status);
    await expect(sender.send(target(), content)).rejects.toThrow(`not taken: status ${status}.`);
    expect(sink.webhooks).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('follows no redirect of %d', async (status) => {
    sink.answerAll((response) => response.writeHead(status, { location: sink.url }).end());
    await expect(sender.send(target(), content)).rejects.toThrow(`not taken: status ${status}.`);
    expect(sink.webhooks).toHaveLength(1);
  });

  it('repeats when the connection breaks', async () => {
    sink.answerNext((response) => response.destroy());
    await sender.send(target(), content);
    expect(sink.webhooks).toHaveLength(2);
    expect(new Set(idsOf()).size).toBe(1);
  });

  it('repeats when there is no answer in time', async () => {
    Reflect.set(sender, 'tryTimeoutMilliseconds', SHORT_MILLISECONDS);
    sink.answerNext(() => undefined);
    await sender.send(target(), content);
    expect(sink.webhooks).toHaveLength(2);
  });

  it('is done with the status: it waits for no body, and reads none', async () => {
    sink.answerNext((response) => response.writeHead(200).write('a beginning without end'));
    await sender.send(target(), content);
    sink.answerNext((response) => {
      const head = { 'content-length': 1000 };
      response.writeHead(200, head).write('less', () => response.destroy());
    });
    await sender.send(target(), content);
    expect(sink.webhooks).toHaveLength(2);
  });

  it('fails, and tells the log the host alone, when nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    // A TCP server has an address with a port.
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const failure = await sender
      .send(target({ url: `http://127.0.0.1:${port}/secret` }), content)
      .catch((error: unknown) => error);
    expect(failure).toEqual(new Error('The webhook was not taken: no answer.'));
    expect(warn.mock.calls).toEqual([
      [
        `A webhook to 127.0.0.1:${port} was not taken: no answer: TypeError, by Error ECONNREFUSED.`,
      ],
    ]);
    expect(delay.waits).toHaveLength(2);
  });
});

describe('webhookSignature', () => {
  // The example of the specification of Standard Webhooks.
  it('signs as the scheme does', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const content = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    };
    expect(webhookSignature(content, secret)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });
});
