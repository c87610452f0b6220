import { type INestApplication, type LoggerService } from '@nestjs/common';
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
import { type FirstFactorTypes } from '../../src/server/sign-in/first-factor-type.js';
import { generateKeys } from '../../src/server/config/keys/generate-keys.js';
import { readConfig } from '../../src/server/config/read-config.js';
import { dataSourceOptions } from '../../src/server/database/data-source.js';
import { Mailer } from '../../src/server/delivery/mail/mailer.js';
import { UserDisabling } from '../../src/server/account/user-disabling.js';
import { HttpClient, type Reply } from './http-client.js';
import { refuseSlowWorkInTransactions } from './slow-work-watch.js';
import { createMigratedDatabase, type Tables, type TestDatabase } from './test-database.js';

/** Keys for every server of this process: two servers of one test must believe each other. */
export const KEYS = generateKeys(new SystemRandomSource());

/** Failures that a test provokes are its own affair. */
const SILENT: LoggerService = { log: () => {}, error: () => {}, warn: () => {} };

/** Variables of the environment, as `npm start` would read them. */
export type Environment = Readonly<Record<string, string>>;

/** Costs and limits that would only make tests slow. */
const TEST_ENVIRONMENT: Environment = {
  NODE_ENV: 'test',
  PUBLIC_URL: 'http://localhost:3000',
  PASSWORD_HASH_COST: '4',
  BACKUP_CODE_HASH_COST: '4',
  RATE_LIMIT_PER_MINUTE: '100000',
  SESSION_READS_PER_MINUTE: '100000',
  SUBJECT_READS_PER_MINUTE: '100000',
  SESSION_WRITES_PER_MINUTE: '100000',
  SUBJECT_WRITES_PER_MINUTE: '100000',
};

/** A user of a test, with the password in clear. */
export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** What a sign-in without a second factor gives. */
export interface SignedIn {
  readonly user: TestUser;
  readonly access: string;
  readonly refresh: string;
}

/** What an enrolment of `app` gives. */
export interface EnrolledApp {
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** What else a test may want to be different. */
export interface ServerParts {
  /** Hears everything that the server logs; nobody does unless told. */
  readonly logger?: LoggerService;
  /** Mails go where the environment says, and not into the inbox. */
  readonly sendsMail?: boolean;
  /** Events are delivered as they are recorded; else by {@link TestServer.deliverEvents} alone. */
  readonly deliversEvents?: boolean;
  /** What the server takes for the time; the clock that stands still unless told. */
  readonly timeOf?: (clock: FakeClock) => Promise<Clock>;
  /** Ways to sign in beside those that the server brings. */
  readonly firstFactors?: FirstFactorTypes;
}

const SERVER_TABLES: Tables = {
  name: 'server',
  optionsFor: (url) => dataSourceOptions(url, 1),
};

interface SiblingParts {
  readonly clock?: FakeClock;
  /** The server that goes on when this one stops. */
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

/** The reference server with a clock that stands still and mails that are kept. */
export class TestServer extends HttpClient {
  /** Counted over all servers: two of them may share a database. */
  private static users = 0;

  private constructor(
    readonly app: INestApplication,
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
    }: ServerParts & SiblingParts = {},
  ): Promise<TestServer> {
    const inbox = new Inbox();
    const given = {
      ...database.settings,
      ...TEST_ENVIRONMENT,
      ...environment,
    };
    const config = readConfig(given, () => KEYS);
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
    parts: Pick<ServerParts, 'timeOf'> = {},
  ): Promise<TestServer> {
    const shared = { clock: this.clock, elder: this };
    return TestServer.start(this.database, environment, false, { ...shared, ...parts });
  }

  async stop(): Promise<void> {
    await this.app.close();
    this.elder?.claimPassport();
    if (this.ownsDatabase) await this.database.drop();
  }

  /** Passport is one for the whole process, and knows the strategies of whoever started last. */
  private claimPassport(): void {
    passport.use(ACCESS_TOKEN, this.app.get(AccessTokenStrategy, { strict: false }));
  }

  /** Whether several statements run at once: on PostgreSQL, not on the embedded database. */
  get isConcurrent(): boolean {
    return this.database.isConcurrent;
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  /** Has every event delivered that waits and is due, and what comes of them too. */
  async deliverEvents(): Promise<void> {
    await this.app.get(PasswordReset, { strict: false }).settled();
    await this.app.get(LoginFailures, { strict: false }).settled();
    while ((await this.app.get(OutboxWorker).runOnce()) > 0);
  }

  /** A new account. */
  async register(username = `user${++TestServer.users}`): Promise<TestUser> {
    const details = {
      username,
      email: `${username}@example.org`,
      password: 'correct horse battery',
    };
    const { body } = await this.post('/registration/', details);
    return { id: String(body.user.id), ...details };
  }

  /** A new account, signed in. */
  async signUp(): Promise<SignedIn> {
    const user = await this.register();
    const { body } = await this.login(user);
    return { user, access: body.access, refresh: body.refresh };
  }

  login({ username, password }: Pick<TestUser, 'username' | 'password'>): Promise<Reply> {
    return this.post('/login/', { username, password });
  }

  /** What an administrator does. */
  disable({ id }: Pick<TestUser, 'id'>): Promise<void> {
    return this.app.get(UserDisabling, { strict: false }).disable(id);
  }

  /** A right first factor of a user who has a second one. @returns the ephemeral token */
  async beginLogin(user: Pick<TestUser, 'username' | 'password'>): Promise<string> {
    const { body } = await this.login(user);
    if (typeof body.ephemeral_token !== 'string')
      throw new Error('No second factor was asked for.');
    return body.ephemeral_token;
  }

  verifyLogin(ephemeralToken: string, code: unknown): Promise<Reply> {
    return this.post('/login/verify/', { ephemeral_token: ephemeralToken, code });
  }

  /** A fresh proof of whoever is signed in. @returns the access token that says so */
  async stepUp(access: string, proof: object): Promise<string> {
    const { body } = await this.post('/step-up/', {}, access);
    const { ephemeral_token } = body;
    const proven = await this.post('/step-up/verify/', { ephemeral_token, ...proof });
    return String(proven.body.access);
  }

  /** Sets `app` up, confirms it and goes on to the next step. */
  async enrolApp({ access }: Pick<SignedIn, 'access'>): Promise<EnrolledApp> {
    const { body } = await this.post('/mfa/', { method: 'app' }, access);
    const { secret } = body.setup_data;
    await this.post('/mfa/confirm/', { method: 'app', code: this.totp(secret) }, access);
    this.clock.advance({ seconds: 30 });
    return { secret, backupCodes: body.backup_codes };
  }

  /** Sets `email` up, confirms it and waits the cool-down out. */
  async enrolEmail({ access, user }: SignedIn): Promise<void> {
    await this.post('/mfa/', { method: 'email' }, access);
    const code = this.inbox.lastCode(user.email);
    await this.post('/mfa/confirm/', { method: 'email', code }, access);
    this.clock.advance({ seconds: 31 });
  }

  /** The time so many seconds from now, as answers have it. */
  timeIn(seconds: number): string {
    return new Date(this.clock.now().getTime() + seconds * 1000).toISOString();
  }

  /** The code that an authenticator shows, `halfMinutes` away from now. */
  totp(secret: string, halfMinutes = 0, period = 30): string {
    const epoch = Math.floor(this.clock.now().getTime() / 1000) + 30 * halfMinutes;
    return generateSync({ secret, epoch, period });
  }
}
