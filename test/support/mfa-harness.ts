import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { generateSync } from 'otplib';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { type Actor } from '../../src/mfa/core/access/actor.js';
import { BackupCodeService } from '../../src/mfa/core/methods/backup-code.service.js';
import { CORE_PROVIDERS } from '../../src/mfa/core.providers.js';
import { EnrolmentService } from '../../src/mfa/core/methods/enrolment.service.js';
import { EventSubscribers } from '../../src/mfa/core/events/event-subscribers.js';
import { type EventConsumer } from '../../src/mfa/core/ports/event-consumer.js';
import { EphemeralTokens } from '../../src/mfa/core/keys/ephemeral-token.js';
import { type MfaEvent, type MfaEventType } from '../../src/mfa/core/ports/events.js';
import { type JsonObject, type MfaHandler, type Subject } from '../../src/mfa/contract/handler.js';
import { MFA_HANDLERS } from '../../src/mfa/core/ceremony/handler-registry.js';
import { type MfaPending } from '../../src/mfa/core/login/login-outcome.js';
import { LoginService } from '../../src/mfa/core/login/login.service.js';
import { MethodAskingService } from '../../src/mfa/core/methods/method-asking.service.js';
import { MethodRemoval } from '../../src/mfa/core/methods/method-removal.js';
import { MethodService } from '../../src/mfa/core/methods/method.service.js';
import { type MfaPassed } from '../../src/mfa/core/ports/mfa-passed.js';
import { HostPorts } from '../../src/mfa/core/ports/host-ports.js';
import { type IssuedTokens } from '../../src/mfa/core/ports/issued-tokens.js';
import {
  MfaEventListener,
  type PasswordProof,
  SubjectDirectory,
  TokenIssuer,
} from '../../src/mfa/core/ports/ports.js';
import { AppHandler } from '../../src/mfa/handlers/app/index.js';
import { EmailHandler } from '../../src/mfa/handlers/email/index.js';
import { Clock } from '../../src/mfa/contract/clock.js';
import { RandomSource, SystemRandomSource } from '../../src/mfa/contract/random.js';
import {
  type MfaModuleOptions,
  MfaOptions,
  resolveMfaOptions,
} from '../../src/mfa/core/options/mfa.options.js';
import { MFA_ENTITIES } from '../../src/mfa/persistence/entities/mfa-entities.js';
import { MFA_MIGRATIONS } from '../../src/mfa/persistence/migrations/mfa-migrations.js';
import { PERSISTENCE_PROVIDERS } from '../../src/mfa/persistence.providers.js';
import { FakeClock, Inbox } from '../../src/mfa/testing/index.js';
import { refuseSlowWorkInTransactions } from './slow-work-watch.js';
import { createMigratedDatabase, type Tables } from './test-database.js';

/** The client of every request of the harness. */
export const CLIENT = { ip: '192.0.2.1', userAgent: 'integration' };

/** Users who exist only in memory. */
export class FakeSubjects extends SubjectDirectory {
  private readonly subjects = new Map<string, Subject>();

  async find(subjectId: string): Promise<Subject | null> {
    return this.subjects.get(subjectId) ?? null;
  }

  /** A new user, with the changes of a test. */
  add(id: string, changes: Partial<Subject> = {}): Subject {
    const subject: Subject = {
      id,
      displayName: id,
      addresses: { email: `${id}@example.org` },
      isEnabled: true,
      credentialsVersion: '1',
      ...changes,
    };
    this.subjects.set(id, subject);
    return subject;
  }

  remove(id: string): void {
    this.subjects.delete(id);
  }
}

/** Issues a token that is a row of `host_sessions`. */
export class FakeTokenIssuer extends TokenIssuer {
  readonly passed: MfaPassed[] = [];
  /** Types of further events of each login. */
  further: MfaEventType[] = [];

  constructor(private readonly random: RandomSource) {
    super();
  }

  async issue(passed: MfaPassed): Promise<IssuedTokens> {
    this.passed.push(passed);
    const id = this.random.rowId();
    const { subject, amr, authenticatedAt, client } = passed;
    const values = { id, user_id: subject.id, amr: [...amr], made_at: authenticatedAt };
    const event = { subject, factor: null, client, at: authenticatedAt };
    const furtherEvents = this.further.map((type) => ({ ...event, type }));
    return { body: { access: id }, rows: [{ table: 'host_sessions', values }], furtherEvents };
  }
}

/** Records the events that the host is told. */
export class FakeListener extends MfaEventListener {
  readonly events: MfaEvent[] = [];

  async onEvent(event: MfaEvent): Promise<void> {
    this.events.push(event);
  }
}

/** Options of the harness: the module's, other handlers than app and email, other users, and what a host may bind. */
export interface HarnessOptions extends Partial<MfaModuleOptions> {
  readonly handlers?: MfaHandler[];
  readonly consumers?: EventConsumer[];
  readonly passwords?: PasswordProof;
  readonly subjects?: FakeSubjects;
}

const KEY = { id: 'test', key: Buffer.alloc(32, 7) };

/** What {@link FakeTokenIssuer} writes. */
class CreateHostSessions1999000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE host_sessions (id uuid PRIMARY KEY, user_id text, amr text[], made_at timestamptz)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE host_sessions');
  }
}

const LIBRARY_TABLES: Tables = {
  name: 'library',
  optionsFor: (url) => ({
    type: 'postgres',
    url,
    entities: MFA_ENTITIES,
    migrations: [...MFA_MIGRATIONS, CreateHostSessions1999000000000],
    installExtensions: false,
  }),
};

/** The library without HTTP, on a database of its own. */
export async function startMfa(given: HarnessOptions = {}) {
  const { handlers, consumers = [], passwords = null, ...others } = given;
  const { subjects = new FakeSubjects(), ...options } = others;
  const database = await createMigratedDatabase(LIBRARY_TABLES);
  const clock = new FakeClock();
  const random = new SystemRandomSource();
  const inbox = new Inbox();
  const resolved = resolveMfaOptions({ secretKeys: [KEY], backupCodeHashCost: 4, ...options });
  const tokens = new FakeTokenIssuer(random);
  const listener = new FakeListener();

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...LIBRARY_TABLES.optionsFor(database.url),
        poolSize: database.isConcurrent ? 20 : 1,
      }),
    ],
    providers: [
      { provide: MfaOptions, useValue: resolved },
      { provide: Clock, useValue: clock },
      { provide: RandomSource, useValue: random },
      { provide: HostPorts, useValue: new HostPorts(subjects, tokens, { passwords }) },
      {
        provide: MFA_HANDLERS,
        useValue: handlers ?? [
          new AppHandler(resolved, random),
          new EmailHandler(resolved, random, inbox),
        ],
      },
      ...CORE_PROVIDERS,
      ...PERSISTENCE_PROVIDERS,
    ],
  })
  class HarnessModule {}

  const module = await Test.createTestingModule({ imports: [HarnessModule] }).compile();
  const dataSource = module.get(DataSource);
  refuseSlowWorkInTransactions(dataSource);
  module.get(EventSubscribers).bind(listener, consumers);
  return new MfaHarness({
    clock,
    inbox,
    subjects,
    tokens,
    listener,
    dataSource,
    isConcurrent: database.isConcurrent,
    login: module.get(LoginService),
    enrolment: module.get(EnrolmentService),
    methods: module.get(MethodService),
    removal: module.get(MethodRemoval),
    asking: module.get(MethodAskingService),
    backupCodes: module.get(BackupCodeService),
    ephemeralTokens: module.get(EphemeralTokens),
    get: module.get.bind(module),
    stop: async () => {
      await module.close();
      await database.drop();
    },
  });
}

interface Parts {
  readonly clock: FakeClock;
  readonly inbox: Inbox;
  readonly subjects: FakeSubjects;
  readonly tokens: FakeTokenIssuer;
  readonly listener: FakeListener;
  readonly dataSource: DataSource;
  readonly isConcurrent: boolean;
  readonly login: LoginService;
  readonly enrolment: EnrolmentService;
  readonly methods: MethodService;
  readonly removal: MethodRemoval;
  readonly asking: MethodAskingService;
  readonly backupCodes: BackupCodeService;
  readonly ephemeralTokens: EphemeralTokens;
  readonly get: <T>(token: abstract new (...args: never[]) => T) => T;
  readonly stop: () => Promise<void>;
}

/** The actions of tests on the library. */
export class MfaHarness {
  constructor(readonly parts: Parts) {}

  stop(): Promise<void> {
    return this.parts.stop();
  }

  /** An actor who has just signed in with two factors. */
  actor(subject: Subject): Actor {
    const proof = { authenticatedAt: this.parts.clock.now(), amr: ['pwd', 'otp', 'mfa'] };
    return { subjectId: subject.id, sessionId: null, ...proof, client: CLIENT };
  }

  /** Enrols `app` and confirms it. */
  async enrolApp(subject: Subject): Promise<{ secret: string; backupCodes: readonly string[] }> {
    const set = await this.parts.enrolment.setUp(this.actor(subject), {
      handler: 'app',
      fields: {},
    });
    const secret = String(set.setupData['secret']);
    await this.parts.enrolment.confirm(this.actor(subject), {
      handler: 'app',
      proof: { code: this.totp(secret) },
    });
    this.nextStep();
    return { secret, backupCodes: set.backupCodes };
  }

  /** Enrols `email`, confirms it, and lets the cool-down pass. */
  async enrolEmail(subject: Subject): Promise<readonly string[]> {
    const set = await this.parts.enrolment.setUp(this.actor(subject), {
      handler: 'email',
      fields: {},
    });
    await this.parts.enrolment.confirm(this.actor(subject), {
      handler: 'email',
      proof: {
        code: this.mailed(subject),
      },
    });
    this.parts.clock.advance({ seconds: 31 });
    return set.backupCodes;
  }

  /** The code that an authenticator app shows `steps` from now. */
  totp(secret: string, steps = 0): string {
    const epoch = Math.floor(this.parts.clock.now().getTime() / 1000) + 30 * steps;
    return generateSync({ secret, epoch });
  }

  mailed(subject: Subject): string {
    return this.parts.inbox.lastCode(subject.addresses.email ?? '');
  }

  nextStep(): void {
    this.parts.clock.advance({ seconds: 30 });
  }

  /** Begins a login that must ask for a second factor. */
  async begin(subject: Subject): Promise<MfaPending> {
    const outcome = await this.parts.login.begin({ subject, amr: ['pwd'] }, CLIENT);
    if (outcome.kind !== 'pending') throw new Error('No second factor was asked for.');
    return outcome.pending;
  }

  async verify(pending: MfaPending, code: string): Promise<JsonObject> {
    const claims = this.parts.ephemeralTokens.verify(pending.ephemeralToken);
    return (await this.parts.login.verify(claims, { code }, CLIENT)).tokens;
  }

  /** Begins a login and verifies it with the code. */
  async signIn(subject: Subject, code: string): Promise<JsonObject> {
    return this.verify(await this.begin(subject), code);
  }

  async count(table: string, where = 'true'): Promise<number> {
    const [row] = await this.parts.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM ${table} WHERE ${where}`,
    );
    return row?.count ?? 0;
  }

  async eventTypes(subject: Subject): Promise<string[]> {
    const rows = await this.parts.dataSource.query<{ type: string }[]>(
      'SELECT type FROM mfa_events WHERE user_id = $1 ORDER BY seq',
      [subject.id],
    );
    return rows.map(({ type }) => type);
  }
}
