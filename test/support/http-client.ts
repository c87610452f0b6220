/** An answer, with a JSON body parsed. */
export interface Reply {
  /** The path that was asked for, without its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  // Tests assert the body; a type here would assert nothing.
  readonly body: ReturnType<JSON['parse']>;
  readonly text: string;
}

/** Sends requests to a server under `/api/auth`. */
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

  /** Sends a request with the options of `fetch`; a path that starts with `//` is relative to the origin. */
  async send(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
    const target = path.startsWith('//') ? path.slice(1) : `/api/auth${path}`;
    const response = await fetch(`${this.origin}${target}`, { ...init, method });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const body = isJson && text !== '' ? JSON.parse(text) : text;
    const { status, headers } = response;
    return { path: target.replace(/\?.*$/, ''), status, headers, body, text };
  }
}

function authorization(access: string | undefined): Record<string, string> {
  return access === undefined ? {} : { authorization: `Bearer ${access}` };
}
