import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';

/** An answer, with a JSON body parsed. */
export interface Reply {
  /** The path that was asked for, without its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  // What a route answers is what its test asserts; a type here would assert nothing.
  readonly body: ReturnType<JSON['parse']>;
  readonly text: string;
}

/** The parts of a request beside its method and its path. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | URLSearchParams | undefined;
  readonly signal?: AbortSignal;
}

/** Keeps connections open between requests. */
const agent = new Agent({ keepAlive: true });

/** Sends requests to a server under `/api/auth`. Node's `fetch` takes several times as much CPU. */
export class HttpClient {
  constructor(private readonly origin: string) {}

  get(path: string, access?: string): Promise<Reply> {
    return this.send('GET', path, { headers: authorization(access) });
  }

  post(path: string, body?: unknown, access?: string): Promise<Reply> {
    return this.send('POST', path, {
      headers: { 'content-type': 'application/json', ...authorization(access) },
      body: JSON.stringify(body ?? {}),
    });
  }

  /** Sends the fields as an HTML form would. */
  postForm(path: string, fields: Record<string, string>, access?: string): Promise<Reply> {
    return this.send('POST', path, {
      headers: authorization(access),
      body: new URLSearchParams(fields),
    });
  }

  /** A path that starts with `//` is relative to the origin. */
  async send(method: string, path: string, { headers, body, signal }: Sent = {}): Promise<Reply> {
    const target = path.startsWith('//') ? path.slice(1) : `/api/auth${path}`;
    const content = body instanceof URLSearchParams ? body.toString() : body;
    const answer = await ask(
      new URL(`${this.origin}${target}`),
      { method, agent, headers: { ...headersFor(body), ...headers }, ...(signal && { signal }) },
      content,
    );
    return { path: target.replace(/\?.*$/, ''), ...(await read(answer)) };
  }
}

function headersFor(body: Sent['body']): Record<string, string> {
  return {
    accept: '*/*',
    'user-agent': 'node',
    ...(typeof body === 'string' && { 'content-type': 'text/plain;charset=UTF-8' }),
    ...(body instanceof URLSearchParams && { 'content-type': 'application/x-www-form-urlencoded' }),
    // Node frames the body of a DELETE only if it has a length.
    ...(body !== undefined && { 'content-length': String(lengthOf(body)) }),
  };
}

function lengthOf(body: NonNullable<Sent['body']>): number {
  return typeof body === 'object' && 'byteLength' in body
    ? body.byteLength
    : Buffer.byteLength(body.toString());
}

function ask(
  url: URL,
  options: RequestOptions,
  body: string | Uint8Array | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, options, resolve).once('error', reject).end(body);
  });
}

async function read(answer: IncomingMessage): Promise<Omit<Reply, 'path'>> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer); // No encoding is set.
  const text = Buffer.concat(parts).toString();
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const isJson = /[/+]json/.test(headers.get('content-type') ?? '');
  const body = isJson && text !== '' ? JSON.parse(text) : text;
  return { status: answer.statusCode ?? 0, headers, body, text };
}

function authorization(access: string | undefined): Record<string, string> {
  return access === undefined ? {} : { authorization: `Bearer ${access}` };
}
