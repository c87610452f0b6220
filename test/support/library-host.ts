import {
  Body,
  Controller,
  HttpCode,
  type INestApplication,
  Injectable,
  Module,
  Post,
  type Provider,
  Req,
  Res,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { type AbstractHttpAdapter } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppHandler } from '../../src/mfa/handlers/app/index.js';
import { EmailHandler, EmailSender } from '../../src/mfa/handlers/email/index.js';
import {
  AccessTokenReader,
  Clock,
  clientOf,
  type HttpRequest,
  IssuedResponses,
  LoginService,
  MFA_ENTITIES,
  MFA_MIGRATIONS,
  MfaError,
  MfaModule,
  type MfaPassed,
  type MfaRouteOptions,
  type Principal,
  type Subject,
  SubjectDirectory,
  TokenIssuer,
} from '../../src/mfa/index.js';
import { FakeClock, Inbox } from '../../src/mfa/testing/index.js';
import { createTestDatabase } from './test-database.js';

/** Accepts `Bearer <id>` as a sign-in of that id, proven just now. */
@Injectable()
class Trust extends AccessTokenReader {
  constructor(private readonly clock: Clock) {
    super();
  }

  async authenticate(request: HttpRequest): Promise<Principal> {
    const [, subjectId] = String(request.headers['authorization'] ?? '').split(' ');
    if (subjectId === undefined) throw new MfaError('not_authenticated');
    return { subjectId, sessionId: null, authenticatedAt: this.clock.now(), amr: ['pwd'] };
  }
}

/** A directory in which every id exists. */
class Everybody extends SubjectDirectory {
  async find(id: string): Promise<Subject> {
    const addresses = { email: `${id}@example.org` };
    return { id, displayName: id, addresses, isEnabled: true, credentialsVersion: '1' };
  }
}

class PlainTokens extends TokenIssuer {
  async issue({ subject, amr }: MfaPassed) {
    return {
      body: { access: subject.id, amr: [...amr] },
      headers: { 'X-Subject': subject.id },
      cookies: ['one', 'two'].map((name) => ({ name, value: subject.id })),
      rows: [],
    };
  }
}

/** Marks a route as open to everybody, for a guard of the host. */
export const Public = () => SetMetadata('isPublic', true);

/** The first step of the host's login, which asks only for a name. */
@Public()
@Controller('login')
class HostLoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly everybody: SubjectDirectory,
    private readonly answers: IssuedResponses,
  ) {}

  @Post()
  @HttpCode(200)
  async login(
    @Body() { name }: { name: string },
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: object,
  ): Promise<object> {
    const subject = await this.everybody.find(name);
    if (subject === null) throw new MfaError('invalid_credentials');
    const outcome = await this.logins.begin({ subject, amr: ['pwd'] }, clientOf(request));
    if (outcome.kind === 'pending') return outcome;
    return { kind: outcome.kind, tokens: this.answers.write(outcome, response) };
  }
}

/** The parts in which a test's application differs. */
export interface HostParts {
  readonly routes?: MfaRouteOptions;
  readonly providers?: readonly Provider[];
  readonly controllers?: readonly Type[];
  /** Called before it listens. */
  readonly configure?: (app: INestApplication) => void;
}

/** The library in an application that is not the reference server, listening on loopback. */
export async function startLibraryHost(
  adapter: AbstractHttpAdapter,
  { routes = {}, providers = [], controllers = [], configure = () => {} }: HostParts = {},
) {
  const database = await createTestDatabase();
  const [clock, inbox] = [new FakeClock(), new Inbox()];
  const ports = [
    { provide: AccessTokenReader, useClass: Trust },
    { provide: SubjectDirectory, useClass: Everybody },
    { provide: TokenIssuer, useClass: PlainTokens },
    { provide: EmailSender, useValue: inbox },
  ];

  @Module({ providers: ports, exports: ports })
  class PortsModule {}

  const typeOrm = TypeOrmModule.forRoot({
    type: 'postgres',
    url: database.url,
    entities: MFA_ENTITIES,
    migrations: MFA_MIGRATIONS,
    migrationsRun: true,
    installExtensions: false,
    poolSize: 1,
  });
  const mfa = MfaModule.forRoot([AppHandler, EmailHandler], {
    secretKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
    backupCodeHashCost: 4,
    imports: [PortsModule],
    ...routes,
    providers: [{ provide: Clock, useValue: clock }],
  });
  const module = await Test.createTestingModule({
    imports: [typeOrm, PortsModule, mfa],
    controllers: [HostLoginController, ...controllers],
    providers: [...providers],
  }).compile();
  const app = module.createNestApplication(adapter, { logger: false });
  configure(app);
  await app.listen(0, '127.0.0.1');
  const stop = async () => {
    await app.close();
    await database.drop();
  };
  return { app, url: await app.getUrl(), clock, inbox, stop };
}
