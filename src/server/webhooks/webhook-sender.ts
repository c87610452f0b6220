import { Injectable, Logger } from '@nestjs/common';
import { Clock, type JsonObject, RandomSource } from '../../mfa/index.js';
import { Delay } from './delay.js';
import { webhookSignature } from './webhook-signature.js';

/** Who is told. */
export interface WebhookTarget {
  /** `https://` or `http://`, without a user and a password. */
  readonly url: string;
  /** Null: what is sent is not signed. */
  readonly secret: Buffer | null;
}

/** A person waits for the answer: three tries take ten seconds at most. */
const TRY_TIMEOUT_MILLISECONDS = 3_000;
/** Before the second try and the third. */
const WAITS_MILLISECONDS = [200, 800];

const TOO_MANY_REQUESTS = 429;

/**
 * Sends JSON by HTTP POST, signed after the Standard Webhooks scheme. A try that fails on the way,
 * or is answered with 429 or 5xx, is repeated under the same id, so that a receiver can tell a
 * repetition from another message. Redirects are not followed and answers are not read.
 */
@Injectable()
export class WebhookSender {
  private readonly logger = new Logger(WebhookSender.name);
  private tryTimeoutMilliseconds = TRY_TIMEOUT_MILLISECONDS;

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly delay: Delay,
  ) {}

  /**
   * Resolves when the target has taken the content.
   *
   * @param name names the message to the receiver, the same when it is sent again; absent: a new one
   * @throws {Error} that says nothing of the content, when it was not taken
   */
  async send(
    target: WebhookTarget,
    content: JsonObject,
    name: string = this.random.rowId(),
  ): Promise<void> {
    const id = `msg_${name}`;
    const body = JSON.stringify(content);
    let status = await this.tryOnce(target, id, body);
    for (const milliseconds of WAITS_MILLISECONDS) {
      if (!isWorthAnotherTry(status)) break;
      await this.delay.wait(milliseconds);
      status = await this.tryOnce(target, id, body);
    }
    if (isTaken(status)) return;
    const outcome = status === null ? 'no answer' : `status ${status}`;
    // The host alone: the rest of an address may be a secret of its own.
    this.logger.warn(`A webhook to ${new URL(target.url).host} was not taken: ${outcome}.`);
    throw new Error(`The webhook was not taken: ${outcome}.`);
  }

  /** @returns the status of the answer; null: there was none in time */
  private async tryOnce(target: WebhookTarget, id: string, body: string): Promise<number | null> {
    const request: RequestInit = {
      method: 'POST',
      headers: this.headersFor(target, id, body),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(this.tryTimeoutMilliseconds),
    };
    const response = await fetch(target.url, request).catch(() => null);
    // Breaks the connection off, as the answer may be without end; its status is all that counts.
    await response?.body?.cancel().catch(() => undefined);
    return response?.status ?? null;
  }

  private headersFor({ secret }: WebhookTarget, id: string, body: string): Record<string, string> {
    const timestamp = Math.floor(this.clock.now().getTime() / 1000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
    };
    if (secret === null) return headers;
    return { ...headers, 'webhook-signature': webhookSignature({ id, timestamp, body }, secret) };
  }
}

function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function isWorthAnotherTry(status: number | null): boolean {
  return status === null || status === TOO_MANY_REQUESTS || status >= 500;
}
