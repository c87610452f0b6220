import { detailsOf } from '../../support/beginnings.js';
import { startServer, type TestServer } from '../../support/server.js';

/** What chance makes anew: bytes, ids, hashes, tokens, versions of accounts, codes, shards. Names stay. */
const BY_CHANCE =
  /\b\d{6}\b|(?<=total:email:)\d+|\\x[0-9a-f]+|\$(argon2id|2b)\$[\w$,./+=]+|(?![a-z_]+")[\w+/=.-]{22,}|(?<=version": )\d\d+/g;

/** Every row of every table and every mail, without what chance made. */
async function tracesOf({ dataSource, inbox }: TestServer, name: string): Promise<string[]> {
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> 'migrations'`,
  );
  const traces = inbox.messages.map((message) => `mail ${JSON.stringify(message)}`);
  for (const table of tables) {
    const sql = `SELECT to_jsonb(t)::text AS row FROM ${table.name} t`;
    const rows = await dataSource.query<{ row: string }[]>(sql);
    traces.push(...rows.map(({ row }) => `${table.name} ${row}`));
  }
  return traces
    .map((trace) => trace.replaceAll(name, 'NAME'))
    .map((trace) => trace.replaceAll(BY_CHANCE, '…'))
    .sort();
}

/** What is left by a beginning on a server of its own. @param begin makes an account; returns its name */
async function tracesAfter(begin: (server: TestServer) => Promise<string>): Promise<string[]> {
  const server = await startServer();
  const name = await begin(server);
  await server.deliverEvents();
  const traces = await tracesOf(server, name);
  await server.stop();
  return traces;
}

async function beginByRequests(server: TestServer): Promise<string> {
  const user = detailsOf('somebody');
  await server.post('/registration/', user);
  const { access } = (await server.login(user)).body;
  const { body } = await server.post('/mfa/', { method: 'app' }, access);
  const code = server.totp(body.setup_data.secret);
  await server.post('/mfa/confirm/', { method: 'app', code }, access);
  server.clock.advance({ seconds: 30 });
  await server.post('/mfa/', { method: 'email' }, access);
  const sent = server.inbox.lastCode(user.email);
  await server.post('/mfa/confirm/', { method: 'email', code: sent }, access);
  server.clock.advance({ seconds: 31 });
  return user.username;
}

async function beginWithinTheServer(server: TestServer): Promise<string> {
  const account = await server.signUp();
  await server.enrolApp(account);
  await server.enrolEmail(account);
  return account.user.username;
}

it('an account that is made without HTTP leaves what requests leave', async () => {
  const traces = await tracesAfter(beginWithinTheServer);
  expect(traces).toEqual(await tracesAfter(beginByRequests));
  const places = traces.map((trace) => trace.replace(/ .*/s, ''));
  const told = ['users', 'sessions', 'mfa_methods', 'mfa_backup_codes', 'mfa_events', 'mail'];
  expect(places).toEqual(expect.arrayContaining(told));
});

it('its tokens and secrets serve as those that were answered do', async () => {
  const server = await startServer();
  const account = await server.signUp();
  const { secret, backupCodes } = await server.enrolApp(account);
  expect((await server.get('/user/', account.access)).body.id).toBe(account.user.id);
  const { refresh } = account;
  expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
  for (const code of [server.totp(secret), backupCodes[0]]) {
    const token = await server.beginLogin(account.user);
    expect((await server.verifyLogin(token, code)).status).toBe(200);
  }
  await server.stop();
});
