import { createHmac } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Clock, type JsonObject, RandomSource, reasonOf } from '../../../mfa/index.js';
import { Delay } from './delay.js';

/** The receiver of a webhook. */
export interface WebhookTarget {
  /** `https://` or `http://`, without a user and a password. */
  readonly url: string;
  /** Null: requests are not signed. */
  readonly secret: Buffer | null;
}

/** The status of an answer, or why none came in time. */
type Answer = { readonly status: number } | { readonly failure: unknown };

/** A person may wait: three tries take ten seconds at most. */
const TRY_TIMEOUT_MILLISECONDS = 3_000;
/** Before the second try and the third. */
const WAITS_MILLISECONDS = [200, 800];

const TOO_MANY_REQUESTS = 429;

/**
 * Sends JSON by HTTP POST, signed by the Standard Webhooks scheme. A try without an answer, or with
 * 429 or 5xx, is repeated under the same id, so that a receiver can recognise the repetition.
 * Redirects are not followed and answers are not read.
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
   * @param name identifies the message to the receiver, the same when it is sent again; absent: a
   *   new one
   * @throws {Error} without the content, when it was not taken
   */
  async send(
    target: WebhookTarget,
    content: JsonObject,
    name: string = this.random.rowId(),
  ): Promise<void> {
    const id = `msg_${name}`;
    const body = JSON.stringify(content);
    let answer = await this.tryOnce(target, id, body);
    for (const milliseconds of WAITS_MILLISECONDS) {
      if (!isWorthAnotherTry(answer)) break;
      await this.delay.wait(milliseconds);
      answer = await this.tryOnce(target, id, body);
    }
    if (isTaken(answer)) return;
    const outcome = 'status' in answer ? `status ${answer.status}` : 'no answer';
    const reason = 'status' in answer ? '' : `: ${reasonOf(answer.failure)}`;
    // Logs the host alone: the rest of a URL may contain a secret.
    this.logger.warn(
      `A webhook to ${new URL(target.url).host} was not taken: ${outcome}${reason}.`,
    );
    throw new Error(`The webhook was not taken: ${outcome}.`);
  }

  private async tryOnce(target: WebhookTarget, id: string, body: string): Promise<Answer> {
    const request: RequestInit = {
      method: 'POST',
      headers: this.headersFor(target, id, body),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(this.tryTimeoutMilliseconds),
    };
    try {
      const { status, body: rest } = await fetch(target.url, request);
      // Closes the connection: only the status counts, and the body may be endless.
      await rest?.cancel().catch(() => undefined);
      return { status };
    } catch (failure) {
      return { failure };
    }
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

function isTaken(answer: Answer): boolean {
  return 'status' in answer && answer.status >= 200 && answer.status < 300;
}

function isWorthAnotherTry(answer: Answer): boolean {
  return !('status' in answer) || answer.status === TOO_MANY_REQUESTS || answer.status >= 500;
}

/** What a signature covers, as the Standard Webhooks scheme joins it. */
export interface SignedContent {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** `v1,<base64>`: HMAC-SHA-256 over id, timestamp and body [Standard Webhooks 1.0, "Signature scheme"]. */
export function webhookSignature({ id, timestamp, body }: SignedContent, secret: Buffer): string {
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`);
  return `v1,${mac.digest('base64')}`;
}
