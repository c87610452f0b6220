import { Global, type LoggerService, Module, Scope, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppHandler, appHandler } from '../../../src/mfa/handlers/app/index.js';
import { EmailHandler } from '../../../src/mfa/handlers/email/index.js';
import { NotifyHandler } from '../../../src/mfa/handlers/notify/index.js';
import { pinHandler } from '../../../src/mfa/handlers/pin/index.js';
import { smsHandler } from '../../../src/mfa/handlers/sms/index.js';
import {
  AccessTokenReader,
  type HandlerProvider,
  MfaModule,
  SubjectDirectory,
  TokenIssuer,
} from '../../../src/mfa/index.js';
import { createApp } from '../../../src/server/app.setup.js';
import { readConfig } from '../../../src/server/config/read-config.js';
import { ServerLogger } from '../../../src/server/observability/logging/server-logger.js';
import { bootstrap } from '../../../src/server/bootstrap.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { type Environment, KEYS } from '../../support/server.js';

/** Keeps what the server would write while it starts. */
class KeepingLogger extends ServerLogger {
  readonly kept: unknown[] = [];

  protected override printMessages(messages: unknown[]): void {
    this.kept.push(...messages);
  }
}

/** All that a failed start says, and how the process ends. */
async function failureOf(start: (logger: LoggerService) => Promise<unknown>) {
  const logger = new KeepingLogger(false);
  const told: string[] = [];
  const codes: number[] = [];
  await bootstrap(
    async () => {
      await start(logger);
    },
    { stderr: { write: (text) => told.push(text) }, exit: (code) => codes.push(code) },
  );
  return { kept: logger.kept, told: told.join(''), codes };
}

function failure(sentence: string) {
  return { kept: [], told: `The server did not start.\n${sentence}\n`, codes: [1] };
}

@Global()
@Module({ providers: [{ provide: DataSource, useValue: {} }], exports: [DataSource] })
class DatabaseModule {}

const PORTS = [SubjectDirectory, TokenIssuer, AccessTokenReader];

/** A host of the library alone. */
function startHost(
  handlers: HandlerProvider[],
  ports: readonly (typeof PORTS)[number][] = PORTS,
  databases: readonly Type[] = [DatabaseModule],
): (logger: LoggerService) => Promise<unknown> {
  const providers = ports.map((provide) => ({ provide, useValue: {} }));
  const secretKeys = [{ id: 'k', key: new Uint8Array(32) }];
  const mfa = MfaModule.forRoot(handlers, { secretKeys, providers });

  @Module({ imports: [...databases, mfa] })
  class Host {}

  return (logger) => NestFactory.createApplicationContext(Host, { logger, abortOnError: false });
}

const remedyOfPort =
  'provide it in a module that exports it, and give that module to forRoot in "imports".';

describe('a host that cannot start is told in one sentence', () => {
  it.each(PORTS)('that the port %p is missing', async (port) => {
    const others = PORTS.filter((other) => other !== port);
    expect(await failureOf(startHost([AppHandler], others))).toEqual(
      failure(`MfaModule misses the port ${port.name}: ${remedyOfPort}`),
    );
  });

  it('that there is no database', async () => {
    expect(await failureOf(startHost([AppHandler], PORTS, []))).toEqual(
      failure(
        'MfaModule misses a DataSource of TypeORM: import TypeOrmModule.forRoot with a PostgreSQL and MFA_ENTITIES, beside MfaModule.',
      ),
    );
  });

  it.each<[what: string, handlers: HandlerProvider[], sentence: string]>([
    [
      'a port of a handler is missing',
      [EmailHandler],
      `MFA handler "email" misses the port EmailSender: ${remedyOfPort}`,
    ],
    [
      'texts have no gateway',
      [smsHandler({})],
      `MFA handler "sms" misses the port SmsGateway: ${remedyOfPort}`,
    ],
    [
      'notifications have no destinations',
      [NotifyHandler],
      `MFA handler "notify" misses the port NotifyDestinations: ${remedyOfPort}`,
    ],
    [
      'a name is bad',
      [appHandler({ name: 'my-app' })],
      'The MFA handler name "my-app" is not lower snake case of at most 32 characters: rename the handler.',
    ],
    [
      'two have one name',
      [AppHandler, appHandler({})],
      'Two MFA handlers are called "app": give one of them another name in its options.',
    ],
    [
      'an option is out of range',
      [appHandler({ periodSeconds: 5 })],
      'MFA handler "app": periodSeconds takes a whole number from 15 to 60.',
    ],
    [
      'a handler is request-scoped',
      [{ ...appHandler({}), scope: Scope.REQUEST }],
      'An MFA handler is request-scoped: make it, and all that it injects, singletons.',
    ],
    [
      'a PIN is offered in production',
      [pinHandler({ isProduction: true })],
      'MFA handler "pin": a PIN is an example and no second factor for production; take it off the list of handlers.',
    ],
  ])('that %s', async (_, handlers, sentence) => {
    expect(await failureOf(startHost(handlers))).toEqual(failure(sentence));
  });
});

describe('a server that cannot start says in one sentence', () => {
  const startServer = (environment: Environment) => (logger: LoggerService) =>
    createApp(
      readConfig({ NODE_ENV: 'test', ...environment }, () => KEYS),
      logger,
    );
  const production = {
    ...KEYS,
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://127.0.0.1:9/none',
    SMTP_URL: 'smtp://127.0.0.1:9',
    PUBLIC_URL: 'https://login.example.org',
  };

  it.each<[what: string, environment: Environment, sentence: string]>([
    ['what a setting takes', { PORT: 'x' }, 'PORT takes a whole number from 0 to 65535.'],
    [
      'that the file is not there',
      { AUTH_CONFIG: '/nowhere.yaml' },
      'AUTH_CONFIG: the file "/nowhere.yaml" cannot be read (ENOENT): give the path of a file that can, or unset AUTH_CONFIG.',
    ],
    [
      'what production refuses',
      { ...production, MFA_HANDLERS: 'pin' },
      'MFA_HANDLERS: "pin" is refused in production, as it is an example, and no second factor beside a password: remove it.',
    ],
    [
      'that nothing sends its texts',
      { ...production, MFA_HANDLERS: 'app,sms' },
      'SMS_GATEWAY_URL is missing: production sends its text messages, so set it and SMS_GATEWAY_SECRET, or take "sms" off the factors.',
    ],
    [
      'that its texts would not be signed',
      { SMS_GATEWAY_URL: 'https://sms.example.org' },
      'SMS_GATEWAY_SECRET is missing: set SMS_GATEWAY_URL and SMS_GATEWAY_SECRET together, or neither.',
    ],
    [
      'that notifications have nowhere to go',
      { ...production, MFA_HANDLERS: 'notify' },
      'The factor "notify" has no destinations: list them in AUTH_CONFIG, each with id, name and url; production has none of its own.',
    ],
  ])('%s', async (_, environment, sentence) => {
    expect(await failureOf(startServer(environment))).toEqual(failure(sentence));
  });

  it('what it lacks behind a public address, whatever NODE_ENV was forgotten', async () => {
    const start = async () => readConfig({ PUBLIC_URL: 'https://login.example.org' }, () => KEYS);
    const behind = 'behind https://login.example.org, which is no address for development';
    expect(await failureOf(start)).toEqual(
      failure(
        [
          `SMTP_URL is required ${behind}: it sends the mails. Else everybody could read them on the development mailbox page.`,
          `DATABASE_URL is required ${behind}. The embedded database is for trying out and for tests.`,
          `JWT_KEYS is required ${behind}. \`npm run keys:generate\` makes one.`,
          `MFA_SECRET_KEYS is required ${behind}. \`npm run keys:generate\` makes one.`,
          `REGISTRATION is required ${behind}: closed, or open where every stranger may have an account.`,
        ].join('\n'),
      ),
    );
  });

  it('what it lacks on a host that others reach, and how to try things out', async () => {
    const start = async () => readConfig({ HOST: '0.0.0.0', MFA_HANDLERS: 'pin' }, () => KEYS);
    const { told } = await failureOf(start);
    expect(told).toContain('SMTP_URL is required on the HOST 0.0.0.0');
    expect(told).toContain('The factor "pin" is refused on the HOST 0.0.0.0');
    expect(told).toMatch(/\nHOST is where others come from: unset it to try things out; .*\n$/);
  });

  it('that production is not reached by http', async () => {
    const http = { ...production, PUBLIC_URL: 'http://login.example.org' };
    expect(await failureOf(startServer(http))).toEqual(
      failure(
        'PUBLIC_URL is http://login.example.org: production takes http for this machine alone, so set it to the https origin that clients see.',
      ),
    );
  });

  it.each([
    { MFA_HANDLERS: 'pigeon' },
    { AUTH_CONFIG: authConfigFile('factors: [{ type: pigeon }]') },
  ])('that it does not know a type: %j', async (environment) => {
    const { told, ...others } = await failureOf(startServer(environment));
    expect(told.split('\n')).toHaveLength(3);
    expect(told).toMatch(
      /there is no second factor of type "pigeon": choose among app, email, .+\.\n$/,
    );
    expect(others).toEqual({ kept: [], codes: [1] });
  });
});
