import { type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { generateSync } from 'otplib';
import { DataSource } from 'typeorm';
import { Clock } from '../../../src/mfa/index.js';
import { FakeClock } from '../../../src/mfa/testing/index.js';
import { DocumentedCode } from '../../support/documented-code.js';
import { HttpClient } from '../../support/http-client.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { LOGIN } from '../../support/your-app.js';

describe('the first application of the documents', () => {
  const documented = new DocumentedCode();
  const clock = new FakeClock();
  let database: TestDatabase;
  let app: INestApplication;
  let client: HttpClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    process.env['DATABASE_URL'] = database.url;
    process.env['MFA_KEY'] = Buffer.alloc(32, 7).toString('base64url');
    process.env['JWT_SECRET'] = Buffer.alloc(32, 8).toString('base64url');
    // The file exports the module under this name; the README shows it.
    const { AppModule } = (await documented.import('app.module.ts')) as { AppModule: Type };
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    client = new HttpClient(await app.getUrl());
    await app
      .get(DataSource)
      .query('CREATE TABLE sessions (id uuid PRIMARY KEY, user_id text, created_at timestamptz)');
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
    documented.remove();
    delete process.env['DATABASE_URL'];
    delete process.env['MFA_KEY'];
    delete process.env['JWT_SECRET'];
  });

  it('refuses a wrong password and a body that is none', async () => {
    const wrong = await client.post('/login/', { ...LOGIN, password: 'wrong' });
    expect(wrong.body).toMatchObject({ status: 400, code: 'invalid_credentials' });
    expect((await client.post('/login/')).body).toMatchObject({ code: 'validation_failed' });
    expect((await client.get('/mfa/')).body).toMatchObject({ code: 'not_authenticated' });
  });

  it('asks for a second factor once there is one', async () => {
    const { access } = (await client.post('/login/', LOGIN)).body;
    const setUp = await client.post('/mfa/', { method: 'app' }, access);
    const { secret } = setUp.body.setup_data;
    const codeAt = (seconds: number) =>
      generateSync({ secret, epoch: clock.now().getTime() / 1000 + seconds });
    await client.post('/mfa/confirm/', { method: 'app', code: codeAt(0) }, access);

    const pending = (await client.post('/login/', LOGIN)).body;
    expect(pending).toEqual({
      ephemeral_token: expect.any(String),
      method: 'app',
      challenge: null,
      mfa_enabled: true,
    });
    const { ephemeral_token } = pending;
    const verified = await client.post('/login/verify/', { ephemeral_token, code: codeAt(30) });
    expect(verified.body).toEqual({ access: expect.any(String) });
    expect(await app.get(DataSource).query('SELECT user_id FROM sessions')).toHaveLength(2);
  });
});
