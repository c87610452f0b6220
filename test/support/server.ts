import { type INestApplication } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { generateSync } from 'otplib';
import passport from 'passport';
import { DataSource } from 'typeorm';
import { Clock, OutboxWorker, SystemRandomSource } from '../../src/mfa/index.js';
import { FakeClock, Inbox } from '../../src/mfa/testing/index.js';
import { AppModule } from '../../src/server/app.module.js';
import { configureApp, createAdapter } from '../../src/server/app.setup.js';
import {
  ACCESS_TOKEN,
  AccessTokenStrategy,
} from '../../src/server/sessions/access-token.strategy.js';
import { LoginFailures } from '../../src/server/sign-in/login-failures.js';
import { PasswordReset } from '../../src/server/account/passwords/password-reset.js';
import { generateKeys } from '../../src/server/config/keys/generate-keys.js';
import { readConfig } from '../../src/server/config/read-config.js';
import { dataSourceOptions } from '../../src/server/database/data-source.js';
import { Mailer } from '../../src/server/delivery/mail/mailer.js';
import { UserDisabling } from '../../src/server/account/user-disabling.js';
import {
  detailsOf,
  type EnrolledApp,
  enrolAppWithin,
  enrolEmailWithin,
  registerWithin,
  type SignedIn,
  signInWithin,
  type TestUser,
} from './beginnings.js';
import { HttpClient, type Reply } from './http-client.js';
import {
  CONNECTIONS_OF_RACES,
  type Environment,
  type ServerParts,
  SILENT,
  TEST_ENVIRONMENT,
  withCheapHashes,
} from './server-parts.js';
import { refuseSlowWorkInTransactions } from './slow-work-watch.js';
import { createMigratedDatabase, type Tables, type TestDatabase } from './test-database.js';

export { type EnrolledApp, type Environment, type ServerParts, type SignedIn, type TestUser };

/** Keys for all servers of this process: two servers of one test must accept each other's tokens. */
export const KEYS = generateKeys(new SystemRandomSource());

const SERVER_TABLES: Tables = {
  name: 'server',
  optionsFor: (url) => dataSourceOptions(url, 1),
};

interface SiblingParts {
  readonly clock?: FakeClock;
  /** The server that remains when this one stops. */
  readonly elder?: TestServer;
}

/** Starts the reference server on a database of its own, listening on loopback. */
export async function startServer(
  environment: Environment = {},
  parts: ServerParts = {},
): Promise<TestServer> {
  const database = await createMigratedDatabase(SERVER_TABLES);
  try {
    return await TestServer.start(database, environment, true, parts);
  } catch (refusal) {
    await database.drop();
    throw refusal;
  }
}

/** The reference server with a fake clock and an inbox for its mails. */
export class TestServer extends HttpClient {
  /** Counted over all servers, because two may share a database. */
  private static users = 0;

  private constructor(
    private running: INestApplication | null,
    readonly url: string,
    readonly clock: FakeClock,
    readonly inbox: Inbox,
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
    private readonly elder: TestServer | undefined,
  ) {
    super(url);
  }

  static async start(
    database: TestDatabase,
    environment: Environment,
    ownsDatabase: boolean,
    {
      logger = SILENT,
      sendsMail = false,
      deliversEvents = false,
      firstFactors = {},
      clock = new FakeClock(),
      timeOf = async (still) => still,
      elder,
      hashesCheaply = false,
      races = false,
    }: ServerParts & SiblingParts = {},
  ): Promise<TestServer> {
    const inbox = new Inbox();
    const given = {
      ...TEST_ENVIRONMENT,
      ...(races && CONNECTIONS_OF_RACES),
      ...database.settings,
      ...environment,
    };
    const configured = readConfig(given, () => KEYS);
    const config = hashesCheaply ? withCheapHashes(configured) : configured;
    const builder = Test.createTestingModule({
      imports: [AppModule.forRoot(config, { firstFactors })],
    })
      .overrideProvider(Clock)
      .useValue(await timeOf(clock))
      .setLogger(logger);
    if (!sendsMail) builder.overrideProvider(Mailer).useValue(inbox);
    const module = await builder.compile();
    refuseSlowWorkInTransactions(module.get(DataSource));
    if (!deliversEvents) module.get(OutboxWorker).onApplicationBootstrap = () => {};
    const app = module.createNestApplication<NestFastifyApplication>(createAdapter(config), {
      logger,
    });
    await configureApp(app, config);
    await app.listen(0, '127.0.0.1');
    return new TestServer(app, await app.getUrl(), clock, inbox, database, ownsDatabase, elder);
  }

  /** A second server on the same database, with the same keys and the same clock. */
  startSibling(
    environment: Environment = {},
    parts: Pick<ServerParts, 'timeOf' | 'races'> = {},
  ): Promise<TestServer> {
    const shared = { clock: this.clock, elder: this };
    return TestServer.start(this.database, environment, false, { ...shared, ...parts });
  }

  /** @throws {Error} after {@link stop} */
  get app(): INestApplication {
    if (this.running === null) throw new Error('The server has stopped.');
    return this.running;
  }

  /** Lets go of the application too: a test file lives as long as its worker. */
  async stop(): Promise<void> {
    await this.app.close();
    this.running = null;
    this.elder?.claimPassport();
    if (this.ownsDatabase) await this.database.drop();
  }

  /** Passport is global to the process, and has the strategies of the server that started last. */
  private claimPassport(): void {
    if (this.running === null) return;
    passport.use(ACCESS_TOKEN, this.app.get(AccessTokenStrategy, { strict: false }));
  }

  /** Whether statements can run concurrently: on PostgreSQL, not on the embedded database. */
  get isConcurrent(): boolean {
    return this.database.isConcurrent;
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  /** Delivers every event that is due, and the events that result. */
  async deliverEvents(): Promise<void> {
    await this.app.get(PasswordReset, { strict: false }).settled();
    await this.app.get(LoginFailures, { strict: false }).settled();
    while ((await this.app.get(OutboxWorker).runOnce()) > 0);
  }

  /** A new account. */
  async register(username = TestServer.newName()): Promise<TestUser> {
    return registerWithin(this.app, detailsOf(username));
  }

  /** A new account, signed in. Made without HTTP. */
  async signUp(): Promise<SignedIn> {
    const user = await this.register();
    return signInWithin(this.app, user);
  }

  private static newName(): string {
    return `user${++TestServer.users}`;
  }

  login({ username, password }: Pick<TestUser, 'username' | 'password'>): Promise<Reply> {
    return this.post('/login/', { username, password });
  }

  /** Disables a user, as an administrator does. */
  disable({ id }: Pick<TestUser, 'id'>): Promise<void> {
    return this.app.get(UserDisabling, { strict: false }).disable(id);
  }

  /** Begins a login that must ask for a second factor. @returns the ephemeral token */
  async beginLogin(user: Pick<TestUser, 'username' | 'password'>): Promise<string> {
    const { body } = await this.login(user);
    if (typeof body.ephemeral_token !== 'string')
      throw new Error('No second factor was asked for.');
    return body.ephemeral_token;
  }

  verifyLogin(ephemeralToken: string, code: unknown): Promise<Reply> {
    return this.post('/login/verify/', { ephemeral_token: ephemeralToken, code });
  }

  /** Steps up. @returns the new access token */
  async stepUp(access: string, proof: object): Promise<string> {
    const { body } = await this.post('/step-up/', {}, access);
    const { ephemeral_token } = body;
    const proven = await this.post('/step-up/verify/', { ephemeral_token, ...proof });
    return String(proven.body.access);
  }

  /** Enrols `app`, confirms it, and advances to the next step. Without HTTP. */
  async enrolApp({ access }: Pick<SignedIn, 'access'>): Promise<EnrolledApp> {
    const enrolled = await enrolAppWithin(this.app, access, (secret) => this.totp(secret));
    this.clock.advance({ seconds: 30 });
    return enrolled;
  }

  /** Enrols `email`, confirms it, and lets the cool-down pass. */
  async enrolEmail({ access, user }: SignedIn): Promise<void> {
    await enrolEmailWithin(this.app, access, () => this.inbox.lastCode(user.email));
    this.clock.advance({ seconds: 31 });
  }

  /** The time `seconds` from now, as in answers. */
  timeIn(seconds: number): string {
    return new Date(this.clock.now().getTime() + seconds * 1000).toISOString();
  }

  /** The code that an authenticator app shows `halfMinutes` from now. */
  totp(secret: string, halfMinutes = 0, period = 30): string {
    const epoch = Math.floor(this.clock.now().getTime() / 1000) + 30 * halfMinutes;
    return generateSync({ secret, epoch, period });
  }
}
