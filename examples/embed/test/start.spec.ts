import { after, before, describe, it } from 'node:test';
import { Global, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect } from 'expect';
import {
  AccessTokenReader,
  MFA_MIGRATIONS,
  MfaModule,
  SubjectDirectory,
  TokenIssuer,
} from 'nestjs-mfa';
import { type HandlerProvider } from 'nestjs-mfa';
import { EmailHandler } from 'nestjs-mfa/handlers/email';
import { webauthnHandler } from 'nestjs-mfa/handlers/webauthn';
import { DataSource } from 'typeorm';
import { DongleHandler } from '../src/mfa/dongle.handler.js';
import { createDatabase } from './test-app.js';

const SECRET_KEYS = [{ id: 'k1', key: new Uint8Array(32) }];
const PORTS = [SubjectDirectory, TokenIssuer, AccessTokenReader];

let database: Awaited<ReturnType<typeof createDatabase>>;
let dataSource: DataSource;
before(async () => {
  database = await createDatabase();
  dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    migrations: [...MFA_MIGRATIONS],
    migrationsRun: true,
    installExtensions: false,
  }).initialize();
});
after(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** A module that exports a database and stand-ins; the start asks nothing of those. */
function moduleOf(tokens: readonly (abstract new () => object)[]): Type {
  const standIns = tokens.map((provide) => ({ provide, useValue: {} }));
  const providers = [{ provide: DataSource, useValue: dataSource }, ...standIns];

  @Global()
  @Module({ providers, exports: providers })
  class HostModule {}

  return HostModule;
}

async function start(handler: HandlerProvider, ports = PORTS): Promise<void> {
  const host = moduleOf(ports);
  const mfa = MfaModule.forRoot([handler], { secretKeys: SECRET_KEYS, imports: [host] });
  const module = await Test.createTestingModule({ imports: [host, mfa] }).compile();
  const app = module.createNestApplication({ logger: false });
  await app.init();
  await app.close();
}

describe('the start', () => {
  it('succeeds with three ports and one factor', async () => {
    await start(DongleHandler);
  });

  it('names a port that is missing', async () => {
    await expect(start(DongleHandler, [SubjectDirectory, TokenIssuer])).rejects.toThrow(
      'MfaModule misses the port AccessTokenReader: provide it in a module that exports it, and give that module to forRoot in "imports".',
    );
  });

  it('names a port that one factor misses', async () => {
    await expect(start(EmailHandler)).rejects.toThrow(
      'MFA handler "email" misses the port EmailSender: provide it in a module that exports it, and give that module to forRoot in "imports".',
    );
  });

  it('names the package that a factor misses: there is none for security keys here', async () => {
    const keys = webauthnHandler({ rpId: 'localhost', origins: ['http://localhost:3000'] });
    await expect(start(keys)).rejects.toThrow(
      'MFA handler "webauthn" needs the package @simplewebauthn/server: npm install @simplewebauthn/server.',
    );
  });
});
