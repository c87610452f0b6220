import sql from 'sql-template-tag';
import { KeyRing, KeyUsage, Reencryption } from '../../../src/mfa/index.js';
import {
  PayloadCipher,
  sealingKeyIdOf,
} from '../../../src/mfa/persistence/sealing/payload-cipher.js';
import {
  SEALED_TABLES,
  type SealedTable,
} from '../../../src/mfa/persistence/sealing/sealed-tables.js';
import { Statements } from '../../../src/mfa/persistence/database/statements.js';
import { type EnrolledApp, type SignedIn, type TestServer } from '../../support/server.js';
import { Succession, type Trial } from '../../support/succession.js';
import { countMails } from '../../support/watched-account.js';

const MANY_SERVERS_MILLISECONDS = 240_000;
const OLD = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW = { id: 'new', key: Buffer.alloc(32, 2) };
/** More than a page of the re-encryption. */
const MANY_ROWS = 501;

/** What is sealed in a row, by which key, and where. */
interface Content {
  readonly place: string;
  readonly keyId: string;
  readonly content: unknown;
}

interface SealedRow {
  readonly user_id: string;
  readonly id: string;
  readonly purpose: string;
  readonly envelope: Buffer;
}

const setKeys = ({ app }: TestServer, ...keys: [typeof OLD, ...(typeof OLD)[]]) =>
  app.get(KeyRing).replace(keys);

const reencrypt = ({ app }: TestServer) => app.get(Reencryption).run(() => {});

/** Everything that is sealed, opened with the keys of the server. */
async function contentsOf(server: TestServer): Promise<Content[]> {
  const contents = await Promise.all(SEALED_TABLES.map((table) => contentsIn(table, server)));
  return contents.flat();
}

async function contentsIn(table: SealedTable, { app, clock }: TestServer): Promise<Content[]> {
  const { name, use, purpose, envelope } = table;
  const rows = await app.get(Statements).rows<SealedRow>(
    sql`SELECT t.user_id, t.id::text AS id, ${purpose} AS purpose, t.${envelope} AS envelope
      FROM ${name} t WHERE ${table.isNeeded(clock.now())} ORDER BY t.user_id, t.id`,
  );
  return rows.map((row) => {
    const owner = { use, subjectId: row.user_id, rowId: row.id, purpose: row.purpose };
    return {
      place: `${use} ${row.id}`,
      keyId: sealingKeyIdOf(row.envelope),
      content: app.get(PayloadCipher).open(row.envelope, owner),
    };
  });
}

const plain = (contents: readonly Content[]) =>
  contents.map(({ place, content }) => ({ place, content }));

/** Methods of people who do nothing. */
async function addRows({ app, dataSource }: TestServer): Promise<void> {
  const cipher = app.get(PayloadCipher);
  const ids = Array.from(
    { length: MANY_ROWS },
    (_, index) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  );
  const states = ids.map((id, index) =>
    cipher.seal([index], { use: 'state', subjectId: id, rowId: id, purpose: 'method' }),
  );
  await dataSource.query(
    `INSERT INTO mfa_methods (id, user_id, handler, state, state_version, created_at)
     SELECT id, id::text, 'app', state, 1, now()
     FROM unnest($1::uuid[], $2::bytea[]) AS t(id, state)`,
    [ids, states],
  );
}

/** A person in the middle of a login, for whose account notices wait. */
interface Sealed {
  readonly account: SignedIn;
  readonly app: EnrolledApp;
  readonly pending: string;
  readonly mailedCode: string;
  readonly contents: readonly Content[];
}

async function prepareSealed(server: TestServer): Promise<Sealed> {
  setKeys(server, OLD);
  for (const table of ['mfa_methods', 'mfa_challenges', 'mfa_changes', 'mfa_outbox']) {
    await server.dataSource.query(`DELETE FROM ${table}`);
  }
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  await server.enrolEmail(account);
  await server.post('/mfa/primary/', { method: 'email' }, account.access);
  const pending = await server.beginLogin(account.user);
  await addRows(server);
  const mailedCode = server.inbox.lastCode(account.user.email);
  return { account, app, pending, mailedCode, contents: await contentsOf(server) };
}

/** Ends the open login, begins another one, and has the notices delivered. */
async function expectAllInUse(server: TestServer, sealed: Sealed): Promise<void> {
  const { account, app, pending, mailedCode } = sealed;
  expect((await server.verifyLogin(pending, mailedCode)).status).toBe(200);
  server.clock.advance({ seconds: 31 });
  const next = await server.beginLogin(account.user);
  await server.post('/login/change-method/', { ephemeral_token: next, new_method: 'app' });
  expect((await server.verifyLogin(next, server.totp(app.secret))).status).toBe(200);
  expect(await countMails(server, account, /second factor was added/)).toBe(2);
}

const REENCRYPTION: Trial<Sealed> = {
  prepare: prepareSealed,
  async act(server) {
    setKeys(server, NEW, OLD);
    await reencrypt(server);
    return true;
  },
  async inspect(server, sealed) {
    setKeys(server, NEW, OLD);
    const left = await contentsOf(server);
    expect(plain(left)).toEqual(plain(sealed.contents));
    const old = left.filter(({ keyId }) => keyId === 'old').length;
    const { length: total } = left;
    const second = { seen: total, total, reencrypted: old, left: 0 };
    expect(await reencrypt(server)).toEqual(second);
    setKeys(server, NEW);
    expect(plain(await contentsOf(server))).toEqual(plain(sealed.contents));
    const needs = await server.app.get(KeyUsage).count();
    expect(needs.filter(({ keyId }) => keyId === 'old').map(({ use }) => use)).toEqual([
      'backup-lookup',
    ]);
    setKeys(server, NEW, OLD);
    await expectAllInUse(server, sealed);
    return old === 0;
  },
};

function showThatNothingIsLost(): void {
  let line: Succession;
  beforeAll(async () => {
    line = await Succession.begin();
  });
  afterAll(() => line.end());

  it.each(['before', 'after'] as const)(
    'killed %s any statement loses nothing, and is finished by the next one',
    (when) => line.outlive(when, REENCRYPTION),
    MANY_SERVERS_MILLISECONDS,
  );
}

describe('a re-encryption', () => {
  if (process.env['RUN_LONG_TRIALS'] === '1') showThatNothingIsLost();
  else
    it('is not killed here: it takes minutes, and a PostgreSQL that TEST_DATABASE_URL names', () => {});
});
