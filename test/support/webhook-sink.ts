import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A received request. */
interface TakenWebhook {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  // Tests assert the content; a type here would assert nothing.
  readonly content: ReturnType<JSON['parse']>;
}

/** How a request is answered: by a status or a function. */
export type WebhookAnswer = number | ((response: ServerResponse) => void);

/** A real web service that accepts webhooks, and misbehaves on demand. */
export class WebhookSink {
  /** The secret for its signatures, as in the settings. */
  readonly secret = `whsec_${Buffer.alloc(32, 'webhook sink').toString('base64')}`;
  readonly webhooks: TakenWebhook[] = [];
  private readonly answers: WebhookAnswer[] = [];
  private usual: WebhookAnswer = 200;
  private readonly server = createServer((request, response) => {
    void this.take(request, response);
  });

  static async start(): Promise<WebhookSink> {
    const sink = new WebhookSink();
    sink.server.listen(0, '127.0.0.1');
    await once(sink.server, 'listening');
    return sink;
  }

  get url(): string {
    // A TCP server has an address of this type.
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/send`;
  }

  /** Sets the answers of the next requests, in this order. */
  answerNext(...answers: readonly WebhookAnswer[]): void {
    this.answers.push(...answers);
  }

  /** Sets the answer of every request from now on. */
  answerAll(answer: WebhookAnswer): void {
    this.answers.length = 0;
    this.usual = answer;
  }

  /** The code in the newest text. @throws {Error} when there is none */
  get lastCode(): string {
    const text = String(this.webhooks.at(-1)?.content.text);
    const code = /\b\d{6,10}\b/.exec(text)?.[0];
    if (code === undefined) throw new Error('No code was sent here.');
    return code;
  }

  /** Whether a request has the signature that a receiver computes. */
  isSigned({ headers, body }: TakenWebhook): boolean {
    const key = Buffer.from(this.secret.slice('whsec_'.length), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const mac = createHmac('sha256', key).update(signed).digest('base64');
    return headers['webhook-signature'] === `v1,${mac}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    this.webhooks.push({ path: request.url ?? '', headers, body, content: JSON.parse(body) });
    const answer = this.answers.shift() ?? this.usual;
    if (typeof answer === 'function') answer(response);
    else response.writeHead(answer).end();
  }
}
