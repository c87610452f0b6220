import { type OutgoingHttpHeaders } from 'node:http';
import { Delay } from '../../../src/server/delivery/webhooks/delay.js';
import { DocumentedCode } from '../../support/documented-code.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { WebhookSink } from '../../support/webhook-sink.js';

let sink: WebhookSink;
let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  sink = await WebhookSink.start();
  server = await startServer({
    EVENT_WEBHOOK_URL: sink.url,
    EVENT_WEBHOOK_SECRET: sink.secret,
    TRUSTED_PROXIES: '127.0.0.1',
  });
  server.app.get(Delay, { strict: false }).wait = () => Promise.resolve();
});
afterAll(async () => {
  await server.stop();
  await sink.stop();
});
beforeEach(async () => {
  sink.answerAll(200);
  account = await server.signUp();
  await server.deliverEvents();
  sink.webhooks.length = 0;
});

const types = (): string[] => sink.webhooks.map(({ content }) => content.type);
const ids = () => sink.webhooks.map(({ headers }) => headers['webhook-id']);

const enrol = () => server.enrolApp(account);

interface AuditRow {
  readonly id: string;
  readonly seq: string;
  readonly hash: Buffer;
  readonly at: Date;
}

async function auditRow(type: string): Promise<AuditRow> {
  const [row] = await server.dataSource.query<AuditRow[]>(
    'SELECT id, seq, hash, at FROM mfa_events WHERE user_id = $1 AND type = $2',
    [account.user.id, type],
  );
  if (row === undefined) throw new Error(`There was no ${type}.`);
  return row;
}

it('is told of every event of the audit, in the order of each user', async () => {
  await enrol();
  await server.login(account.user);
  await server.deliverEvents();
  expect(types()).toEqual([
    'mfa.method_set_up',
    'mfa.second_factor_succeeded',
    'mfa.method_activated',
    'mfa.login_challenged',
  ]);
  const seqs = sink.webhooks.map(({ content }) => content.data.seq);
  expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
});

it('is told what, when, whom it was about and from where, as the audit has it', async () => {
  await server.send('POST', '/mfa/', {
    headers: {
      authorization: `Bearer ${account.access}`,
      'content-type': 'application/json',
      'user-agent': 'Firefox/150',
      'x-forwarded-for': '2001:db8::7',
    },
    body: JSON.stringify({ method: 'app' }),
  });
  await server.deliverEvents();
  const { id, seq, hash, at } = await auditRow('method_set_up');
  expect(sink.webhooks.map(({ content }) => content)).toEqual([
    {
      type: 'mfa.method_set_up',
      timestamp: at.toISOString(),
      data: {
        event_id: id,
        user_id: account.user.id,
        seq: Number(seq),
        hash: hash.toString('base64url'),
        factor: 'app',
        ip: '2001:db8::7',
        user_agent: 'Firefox/150',
      },
    },
  ]);
});

it('can check the signature as the guide shows', async () => {
  const documented = new DocumentedCode();
  // The file exports the function under this name; the guide shows it.
  const { isGenuine } = (await documented.import('webhook-receiver.ts')) as {
    isGenuine(webhook: object, secret: string, now: Date): boolean;
  };
  await enrol();
  await server.deliverEvents();
  const webhookOf = (headers: OutgoingHttpHeaders, body: string) => ({
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    body,
  });
  expect(sink.webhooks).toHaveLength(3);
  for (const { headers, body } of sink.webhooks) {
    const webhook = webhookOf(headers, body);
    expect(isGenuine(webhook, sink.secret, server.clock.now())).toBe(true);
    expect(isGenuine({ ...webhook, body: `${body} ` }, sink.secret, server.clock.now())).toBe(
      false,
    );
  }
});

it('is told neither addresses nor names, and no secret', async () => {
  const { body } = await server.post('/mfa/', { method: 'app' }, account.access);
  await server.enrolEmail(account);
  const code = server.inbox.lastCode(account.user.email);
  await server.login(account.user);
  await server.deliverEvents();
  const sent = sink.webhooks.map((webhook) => webhook.body).join('\n');
  const { username, email, password } = account.user;
  const kept = [username, email, password, body.setup_data.secret, ...body.backup_codes];
  for (const secret of [...kept, code, account.access, account.refresh]) {
    expect(sent).not.toContain(secret);
  }
  expect(sink.webhooks.length).toBeGreaterThan(3);
});

it('is told again what it did not take, under the same id, while requests go on', async () => {
  sink.answerAll(503);
  await enrol();
  expect((await server.login(account.user)).status).toBe(200);
  await server.deliverEvents();
  // Each of the four was tried three times at once.
  expect(sink.webhooks).toHaveLength(12);
  const first = new Set(ids());
  sink.answerAll(200);
  sink.webhooks.length = 0;
  server.clock.advance({ seconds: 4 });
  await server.deliverEvents();
  expect(sink.webhooks).toEqual([]);
  server.clock.advance({ seconds: 1 });
  await server.deliverEvents();
  expect(types()).toHaveLength(4);
  expect(new Set(ids())).toEqual(first);
  expect(sink.webhooks.every((webhook) => sink.isSigned(webhook))).toBe(true);
  const sentAt = String(Math.floor(server.clock.now().getTime() / 1000));
  expect(sink.webhooks[0]?.headers['webhook-timestamp']).toBe(sentAt);
});

it('gives each event an id of its own', async () => {
  await enrol();
  await server.deliverEvents();
  expect(new Set(ids()).size).toBe(sink.webhooks.length);
});

it('holds no mail up while it is down', async () => {
  sink.answerAll(503);
  await enrol();
  await server.deliverEvents();
  expect(server.inbox.messages.at(-1)?.subject).toBe('A second factor was added to your account');
});

it('is not told of what is over for three days', async () => {
  sink.answerAll(500);
  await server.post('/mfa/', { method: 'app' }, account.access);
  await server.deliverEvents();
  server.clock.advance({ seconds: 3 * 86_400 });
  await server.deliverEvents();
  sink.answerAll(200);
  sink.webhooks.length = 0;
  server.clock.advance({ seconds: 86_400 });
  await server.deliverEvents();
  expect(sink.webhooks).toEqual([]);
  const given = await server.dataSource.query(
    'SELECT consumer FROM mfa_outbox WHERE user_id = $1 AND failed_at IS NOT NULL',
    [account.user.id],
  );
  expect(given).toEqual([{ consumer: 'event-webhook' }]);
});

describe('without an address', () => {
  it('nothing is kept for it, and what was is let go of', async () => {
    const without = await server.startSibling();
    await without.post('/mfa/', { method: 'app' }, account.access);
    const waiting = () =>
      server.dataSource.query(`SELECT 1 FROM mfa_outbox WHERE failed_at IS NULL`);
    expect(await waiting()).toEqual([]);
    await server.post('/mfa/', { method: 'app' }, account.access);
    expect(await waiting()).toHaveLength(1);
    await without.deliverEvents();
    await without.stop();
    expect(await waiting()).toEqual([]);
    expect(sink.webhooks).toEqual([]);
  });
});
