import { randomBytes } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock } from 'nestjs-mfa';
import { FakeClock } from 'nestjs-mfa/testing';
import { Client } from 'pg';
import { AppModule } from '../src/app.module.js';
import { configure } from '../src/configure.js';
import { type Mail, Mails } from '../src/mails.js';

/** What came back: enough of it for a test to look at. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  /** The cookie of a session, as a browser would send it. */
  readonly session?: string;
  readonly body: Record<string, unknown>;
}

/** Makes an empty database beside the one that TEST_DATABASE_URL names. */
export async function createDatabase() {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1/postgres');
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const name = `embed_${randomBytes(6).toString('hex')}`;
  await client.query(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  const drop = async () => {
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await client.end();
  };
  return { url: url.href, drop };
}

/** Keeps the mails. */
class KeptMails extends Mails {
  readonly all: Mail[] = [];

  override async send(mail: Mail): Promise<void> {
    this.all.push(mail);
  }
}

/** The application on a free port, with a clock that tests move and mails that they read. */
export class TestApp {
  readonly clock = new FakeClock();
  private readonly kept = new KeptMails();

  private constructor(
    private readonly database: { drop(): Promise<void> },
    private app?: INestApplication,
  ) {}

  static async start(): Promise<TestApp> {
    const database = await createDatabase();
    process.env['DATABASE_URL'] = database.url;
    process.env['MFA_KEY'] = randomBytes(32).toString('base64url');
    const test = new TestApp(database);
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(Clock)
      .useValue(test.clock)
      .overrideProvider(Mails)
      .useValue(test.kept)
      .compile();
    test.app = module.createNestApplication({ logger: false });
    configure(test.app);
    await test.app.listen(0, '127.0.0.1');
    return test;
  }

  async stop(): Promise<void> {
    await this.app?.close();
    await this.database.drop();
  }

  get mails(): readonly Mail[] {
    return this.kept.all;
  }

  /** The six digits of the newest mail that has any. */
  lastMailedCode(): string {
    const codes = this.mails.flatMap(({ text }) => /\b\d{6}\b/.exec(text) ?? []);
    return codes.at(-1) ?? '';
  }

  /** The rows that a statement finds. */
  async query(sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: process.env['DATABASE_URL'] });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    await client.end();
    return rows;
  }

  async send(method: string, path: string, { session, body }: Sent = {}): Promise<Answer> {
    // The application listens on a TCP port.
    const { port } = this.app?.getHttpServer().address() as AddressInfo;
    const headers = new Headers({ 'content-type': 'application/json' });
    if (session !== undefined) headers.set('cookie', `theme=dark; ${session}`);
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    const [cookie] = response.headers.getSetCookie();
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      ...(cookie !== undefined && { session: cookie.split(';')[0] ?? '' }),
      // Every body of this application is an object.
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  }
}

/** What a request carries. */
export interface Sent {
  /** As {@link Answer.session}. */
  readonly session?: string | undefined;
  readonly body?: object;
}
