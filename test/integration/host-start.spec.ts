import { join } from 'node:path';
import { Global, Module, type Provider, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import {
  AccessTokenReader,
  ChallengeStore,
  MFA_ENTITIES,
  MFA_MIGRATIONS,
  MfaModule,
  SubjectDirectory,
  TokenIssuer,
  UnitOfWork,
} from '../../src/mfa/index.js';
import { ROOT } from '../support/documents.js';
import { installSecondTypeOrm } from '../support/second-typeorm.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PORTS = [SubjectDirectory, TokenIssuer, AccessTokenReader];

/** A module that exports stand-ins for the ports, and some providers. */
function moduleOf(providers: Provider[], isGlobal = true): Type {
  const ports = PORTS.map((provide) => ({ provide, useValue: {} }));

  @Module({ providers: [...ports, ...providers], exports: [...ports, ...providers] })
  class HostModule {}

  if (isGlobal) Global()(HostModule);
  return HostModule;
}

/** Starts an application as far as `app.init()`, and ends it. */
async function start(host: Type, providers: Provider[] = []): Promise<void> {
  const mfa = MfaModule.forRoot([], {
    secretKeys: [{ id: 'k', key: new Uint8Array(32) }],
    imports: [moduleOf([])],
    providers,
  });
  const module = await Test.createTestingModule({ imports: [host, mfa] }).compile();
  const app = module.createNestApplication({ logger: false });
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

describe('the start of a host whose database has not the tables of this version', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      entities: MFA_ENTITIES,
      migrations: MFA_MIGRATIONS,
      installExtensions: false,
      poolSize: 1,
    }).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const startOnIt = (providers: Provider[] = []) =>
    start(moduleOf([{ provide: DataSource, useValue: dataSource }]), providers);

  it('is refused where the migrations were left out, in a sentence that names them', async () => {
    await expect(startOnIt()).rejects.toThrow(
      'The database has none of the tables of nestjs-mfa where its connections look (search_path): give MFA_MIGRATIONS to the data source in "migrations", and run them, by "migrationsRun: true" or by the migration:run of TypeORM.',
    );
  });

  it('succeeds with them', async () => {
    await dataSource.runMigrations();
    await startOnIt();
  });

  it.each([
    ['ALTER TABLE mfa_methods DROP COLUMN locked_until', 'mfa_methods.locked_until:'],
    ['DROP TABLE mfa_outbox', 'mfa_outbox:'],
    ['DROP TRIGGER mfa_events_chain ON mfa_events', 'mfa_events.mfa_events_chain:'],
    ['DROP INDEX mfa_methods_one_primary_key', 'mfa_methods.mfa_methods_one_primary_key:'],
    ['ALTER TABLE mfa_methods DROP COLUMN is_primary', 'mfa_methods.is_primary (and 2 more):'],
  ])('is refused on an older version, as after %s', async (statement, told) => {
    await dataSource.runMigrations();
    await dataSource.query(statement);
    await expect(startOnIt()).rejects.toThrow(
      `The tables of nestjs-mfa in the database are not those of this version, which has ${told}`,
    );
  });

  it('is refused on what "synchronize" has made of the entities', async () => {
    await dataSource.synchronize();
    await expect(startOnIt()).rejects.toThrow('which has mfa_events.mfa_events_chain');
  });

  it('asks a host with another storage for no tables', async () => {
    const storage = [UnitOfWork, ChallengeStore].map((provide) => ({ provide, useValue: {} }));
    await startOnIt(storage);
  });
});

describe('the start of a host without a data source that the library sees', () => {
  it('says so where there is none', async () => {
    await expect(start(moduleOf([]))).rejects.toThrow(
      'MfaModule misses a DataSource of TypeORM: import TypeOrmModule.forRoot',
    );
  });

  it('names the module whose data source it does not see', async () => {
    const host = moduleOf([{ provide: DataSource, useValue: {} }], false);
    await expect(start(host)).rejects.toThrow(
      'MfaModule does not see the DataSource of HostModule: have HostModule export it, and give HostModule to forRoot in "imports", or make it global.',
    );
  });

  it('names the data source that has a name', async () => {
    const host = moduleOf([{ provide: 'usersDataSource', useValue: {} }]);
    await expect(start(host)).rejects.toThrow(
      'there is one named "usersDataSource": provide it as such, by { provide: DataSource, useExisting: "usersDataSource" }',
    );
  });

  it('names both copies where the application has another one of typeorm', async () => {
    const second = installSecondTypeOrm();
    try {
      expect(second.typeorm.DataSource).not.toBe(DataSource);
      const host = moduleOf([{ provide: second.typeorm.DataSource, useValue: {} }]);
      await expect(start(host)).rejects.toThrow(
        `There are two copies of typeorm: nestjs-mfa has ${join(ROOT, 'node_modules/typeorm')}, and the DataSource of the application is of ${second.folder}. Have one: "npm ls typeorm"`,
      );
    } finally {
      second.remove();
    }
  });

  it('says that there are two even where the other tells no place', async () => {
    const other = { DataSource: class DataSource {} }.DataSource;
    const host = moduleOf([{ provide: other, useValue: {} }]);
    await expect(start(host)).rejects.toThrow('is of a place that it does not tell. Have one:');
  });
});
