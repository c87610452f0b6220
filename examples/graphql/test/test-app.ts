import { randomBytes } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock } from 'nestjs-mfa';
import { FakeClock } from 'nestjs-mfa/testing';
import { generateSync } from 'otplib';
import { Client } from 'pg';
import { AppModule } from '../src/app.module.js';

const ADA = { name: 'ada', password: 'correct-horse-battery' };

/** Makes an empty database beside the one that TEST_DATABASE_URL names. */
async function createDatabase() {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1/postgres');
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const name = `guards_${randomBytes(6).toString('hex')}`;
  await client.query(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  const drop = async () => {
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await client.end();
  };
  return { url: url.href, drop };
}

/** The application on a free port, with a clock that tests move. */
export class TestApp {
  readonly clock = new FakeClock();
  private secret = '';

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
      .compile();
    test.app = module.createNestApplication({ logger: false });
    await test.app.listen(0, '127.0.0.1');
    return test;
  }

  async stop(): Promise<void> {
    await this.app?.close();
    await this.database.drop();
  }

  get url(): string {
    // The application listens on a TCP port.
    const { port } = this.app?.getHttpServer().address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async post(path: string, body: object, token?: string): Promise<Record<string, unknown>> {
    const headers = new Headers({ 'content-type': 'application/json' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const text = await (await fetch(`${this.url}${path}`, init)).text();
    // Every body of this application is an object.
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  }

  async register(): Promise<void> {
    await this.post('/api/auth/register', ADA);
  }

  /** Signs in with the password, and with a code where one is asked for. */
  async signIn(): Promise<string> {
    const { access, ephemeral_token } = await this.post('/api/auth/login', ADA);
    if (access !== undefined) return String(access);
    return this.prove('/api/auth/login/verify/', ephemeral_token);
  }

  /** Sets up an authenticator app. */
  async enrolApp(token: string): Promise<void> {
    const { setup_data } = await this.post('/api/auth/mfa/', { method: 'app' }, token);
    ({ secret: this.secret } = setup_data as { secret: string });
    await this.post('/api/auth/mfa/confirm/', { method: 'app', code: this.nextCode() }, token);
  }

  /** Gives a session a fresh proof. @returns its new token */
  async stepUp(token: string): Promise<string> {
    const { ephemeral_token } = await this.post('/api/auth/step-up/', {}, token);
    return this.prove('/api/auth/step-up/verify/', ephemeral_token);
  }

  async signOut(token: string): Promise<void> {
    await this.post('/api/auth/logout', {}, token);
  }

  private async prove(path: string, ephemeral_token: unknown): Promise<string> {
    const { access } = await this.post(path, { ephemeral_token, code: this.nextCode() });
    return String(access);
  }

  /** A code works once, so each is of a time of its own. */
  private nextCode(): string {
    this.clock.advance({ seconds: 30 });
    return generateSync({ secret: this.secret, epoch: this.clock.now().getTime() / 1000 });
  }
}
