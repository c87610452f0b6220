import { type INestApplication, type ModuleMetadata, type Type } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { generateSync } from 'otplib';
import { type DataSource } from 'typeorm';
import {
  AccessTokenReader,
  Clock,
  MFA_ENTITIES,
  MFA_MIGRATIONS,
  MfaModule,
  TokenIssuer,
} from '../../../src/mfa/index.js';
import { AppHandler } from '../../../src/mfa/handlers/app/index.js';
import { FakeClock } from '../../../src/mfa/testing/index.js';
import { DocumentedCode } from '../../support/documented-code.js';
import { HttpClient } from '../../support/http-client.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { LOGIN } from '../../support/your-app.js';

/** A file of the documents, of which a test knows what it exports. */
type Exports = Readonly<Record<string, Type<object>>>;

describe('the first hour of the guide', () => {
  const documented = new DocumentedCode();
  const clock = new FakeClock();
  let database: TestDatabase;
  let app: INestApplication;
  let client: HttpClient;

  const fileOf = async (name: string) => (await documented.import(name)) as Exports;

  /** An application that has what is documented, and a database. */
  async function start(
    parts: ModuleMetadata,
    configure: (app: INestApplication) => void = () => {},
  ) {
    const typeOrm = TypeOrmModule.forRoot({
      type: 'postgres',
      url: database.url,
      entities: [...MFA_ENTITIES],
      migrations: [...MFA_MIGRATIONS],
      migrationsRun: true,
      installExtensions: false,
      poolSize: 1,
    });
    const imports = [typeOrm, ...(parts.imports ?? [])];
    const module = await Test.createTestingModule({ ...parts, imports })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    app = module.createNestApplication({ logger: false });
    configure(app);
    await app.listen(0, '127.0.0.1');
    client = new HttpClient(await app.getUrl());
  }

  const accessOf = (claims: object = {}) =>
    app.get(JwtService, { strict: false }).signAsync({
      ...{ sub: 'u1', sid: 's1', amr: ['pwd'] },
      auth_time: clock.now().getTime() / 1000,
      ...claims,
    });

  beforeAll(async () => {
    process.env['MFA_KEY'] = Buffer.alloc(32, 7).toString('base64url');
    process.env['JWT_SECRET'] = Buffer.alloc(32, 8).toString('base64url');
  });
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });
  afterAll(() => {
    documented.remove();
    delete process.env['MFA_KEY'];
    delete process.env['JWT_SECRET'];
  });

  it('lets the second step pass a global guard of passport-jwt, and nothing else', async () => {
    const { GuardedMfaModule } = await fileOf('guarded-mfa.module.ts');
    await start({ imports: [GuardedMfaModule as Type] });
    expect((await client.post('/login/verify/', {})).body.code).toBe('validation_failed');
    expect((await client.get('/mfa/handlers/')).status).toBe(200);
    expect((await client.get('/mfa/')).body.code).toBe('host_not_authenticated');
    expect((await client.get('/mfa/', 'forged')).body.code).toBe('host_not_authenticated');
    const access = await accessOf();
    expect((await client.get('/mfa/', access)).body).toHaveLength(1);
    expect((await client.post('/mfa/', { method: 'app' }, access)).status).toBe(201);
  });

  it('puts the routes below a prefix and a version', async () => {
    const { MountedMfaModule, mount } = await fileOf('mounted-mfa.module.ts');
    // The file exports the function beside the module.
    await start({ imports: [MountedMfaModule as Type] }, mount as unknown as typeof app.use);
    const reply = await client.post('//api/v2/auth/login/verify/', {});
    expect(reply.body).toMatchObject({ code: 'validation_failed' });
    expect((await client.get('//api/v2/auth/mfa/', await accessOf())).status).toBe(200);
    expect((await client.get('//api/v1/auth/mfa/handlers/')).status).toBe(404);
  });

  it('makes the tables by the data source for the command line', async () => {
    process.env['DATABASE_URL'] = database.url;
    const { default: dataSource } = (await documented.import('data-source.ts')) as {
      default: DataSource;
    };
    delete process.env['DATABASE_URL'];
    await dataSource.initialize();
    expect(await dataSource.runMigrations()).toHaveLength(MFA_MIGRATIONS.length);
    await dataSource.destroy();
    const { MountedMfaModule } = await fileOf('mounted-mfa.module.ts');
    await start({ imports: [MountedMfaModule as Type] });
  });

  it('keeps the session in a cookie, from the first sign-in to the second factor', async () => {
    const { PortsModule } = await fileOf('ports.module.ts');
    const { CookieAccess, CookieIssuer, CookieLoginController } = await fileOf('cookies.ts');
    const mfa = MfaModule.forRoot([AppHandler], {
      secretKeys: [{ id: 'k1', key: Buffer.alloc(32, 7) }],
      imports: [PortsModule as Type],
      providers: [
        { provide: TokenIssuer, useClass: CookieIssuer as Type<TokenIssuer> },
        { provide: AccessTokenReader, useClass: CookieAccess as Type<AccessTokenReader> },
      ],
    });
    await start({
      imports: [PortsModule as Type, mfa],
      controllers: [CookieLoginController as Type],
    });
    const signIn = () => client.post('//sign-in', LOGIN);
    const cookieOf = ({ headers }: { readonly headers: Headers }) => {
      const [line = ''] = headers.getSetCookie();
      expect(line).toMatch(
        /^__Host-session=[\w.-]+; Max-Age=900; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      );
      return line.split(';')[0] ?? '';
    };
    const withCookie = (method: string, path: string, cookie: string, body?: object) =>
      client.send(method, path, {
        headers: { cookie: `theme=dark; ${cookie}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });

    const first = await signIn();
    expect(first.body).toEqual({ user: 'alice' });
    const cookie = cookieOf(first);
    expect((await client.get('/mfa/')).body.code).toBe('not_authenticated');
    const forged = await withCookie('GET', '/mfa/', '__Host-session=forged');
    expect(forged.body.code).toBe('token_not_valid');
    const setUp = await withCookie('POST', '/mfa/', cookie, { method: 'app' });
    const { secret } = setUp.body.setup_data;
    const code = () => generateSync({ secret, epoch: clock.now().getTime() / 1000 });
    await withCookie('POST', '/mfa/confirm/', cookie, { method: 'app', code: code() });

    clock.advance({ seconds: 30 });
    const pending = await signIn();
    expect(pending.headers.getSetCookie()).toEqual([]);
    const { ephemeral_token } = pending.body;
    const verified = await client.post('/login/verify/', { ephemeral_token, code: code() });
    expect((await withCookie('GET', '/mfa/', cookieOf(verified))).status).toBe(200);
  });

  it('has a handler that is made by a factory, with a carrier of its own', async () => {
    const { OwnFactorsModule } = await fileOf('own-factors.module.ts');
    const { Texts } = await fileOf('your-app.ts');
    await start({ imports: [OwnFactorsModule as Type] });
    const body = { method: 'sms', phone: '+15550100' };
    expect((await client.post('/mfa/', body, await accessOf())).status).toBe(201);
    const texts = app.get<{ sent: unknown[] }>(Texts as Type, { strict: false });
    expect(texts.sent).toEqual([
      { to: '+15550100', text: expect.stringMatching(/^\d{6} is your code for Example\.$/) },
    ]);
  });

  it('says of a guard that gives what a token carries which port it is', async () => {
    const { PortsModule } = await fileOf('ports.module.ts');
    const authenticatedAt = '2026-01-01T12:00:00.000Z';
    const principal = { subjectId: 'u1', sessionId: null, amr: ['pwd'], authenticatedAt };
    const useValue = { authenticate: async () => principal };
    const mfa = MfaModule.forRoot([AppHandler], {
      secretKeys: [{ id: 'k1', key: Buffer.alloc(32, 7) }],
      imports: [PortsModule as Type],
      providers: [{ provide: AccessTokenReader, useValue }],
    });
    await start({ imports: [PortsModule as Type, mfa] });
    const logged: unknown[] = [];
    const log = (...texts: unknown[]) => void logged.push(...texts);
    app.useLogger({ log, error: log, warn: log });
    const reply = await client.post('/mfa/', { method: 'app' });
    expect(reply.body).toMatchObject({ status: 500, code: 'internal' });
    expect(logged.join('\n')).toContain(
      'AccessTokenReader.authenticate must give "authenticatedAt" as a Date (tokens carry a text or a number: make a Date of it), or null, and gave a text.',
    );
  });
});
