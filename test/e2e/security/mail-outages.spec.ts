import { Mailer } from '../../../src/server/delivery/mail/mailer.js';
import { type Reply } from '../../support/http-client.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { SmtpSink } from '../../support/smtp-sink.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const MANY_REQUESTS_MILLISECONDS = 120_000;
/** How long a mail may take: while the mail server is silent, and else. */
const SHORT_MILLISECONDS = 300;
const LONG_MILLISECONDS = 10_000;

let sink: SmtpSink;
let proxy: TcpProxy;
let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  sink = await SmtpSink.start();
  proxy = await TcpProxy.start(sink.url);
  server = await startServer({ SMTP_URL: proxy.url }, { sendsMail: true });
});
afterAll(async () => {
  await server.stop();
  await proxy.stop();
  await sink.stop();
});
beforeEach(async () => {
  account = await server.signUp();
});
afterEach(() => recover());

async function fallSilent(): Promise<void> {
  limitSending(SHORT_MILLISECONDS);
  proxy.hold();
}

async function recover(): Promise<void> {
  limitSending(LONG_MILLISECONDS);
  await proxy.recover();
}

/** The limit is for people and not for tests; the mailer reads it at every mail. */
function limitSending(milliseconds: number): void {
  Reflect.set(server.app.get(Mailer), 'sendTimeoutMilliseconds', milliseconds);
}

/** Has the notices sent, which no answer waits for. */
async function expectMails(total: number): Promise<void> {
  await server.deliverEvents();
  expect(sink.countTo(account.user.email)).toBe(total);
}

async function enrolEmail(): Promise<void> {
  const { access, user } = account;
  expect((await server.post('/mfa/', { method: 'email' }, access)).status).toBe(201);
  const code = sink.lastCode(user.email);
  const confirmed = await server.post('/mfa/confirm/', { method: 'email', code }, access);
  expect(confirmed.status).toBe(200);
  await expectMails(2);
  server.clock.advance({ seconds: 31 });
}

const TROUBLES: [name: string, make: () => Promise<void>][] = [
  ['refuses connections', () => proxy.refuse()],
  ['does not answer', fallSilent],
  ['dies in the middle of the mail', async () => proxy.cut(/text\/plain/, 'before')],
];

function expectNotDelivered({ status, body, text }: Reply): void {
  expect([status, body.code]).toEqual([503, 'delivery_failed']);
  expect(text).not.toMatch(/ECONN|SMTP|socket|eyJ/i);
}

describe.each(TROUBLES)('a mail server that %s', (_name, trouble) => {
  it('does not shut the door at a login, and a resend works when it is back', async () => {
    await enrolEmail();
    await trouble();
    const login = await server.login(account.user);
    expect(login.status).toBe(200);
    expect(login.body.challenge).toEqual({ delivery: 'failed' });
    await recover();
    const { ephemeral_token } = login.body;
    const resent = await server.post('/login/resend/', { ephemeral_token });
    expect(resent.status).toBe(200);
    const verified = await server.verifyLogin(ephemeral_token, sink.lastCode(account.user.email));
    expect(verified.status).toBe(200);
  });

  it('is named by a resend and by a change of method, which work when it is back', async () => {
    await enrolEmail();
    await server.enrolApp(account);
    await server.post('/mfa/primary/', { method: 'app' }, account.access);
    await expectMails(4);
    const ephemeral_token = await server.beginLogin(account.user);
    const change = () =>
      server.post('/login/change-method/', { ephemeral_token, new_method: 'email' });
    const resend = () => server.post('/login/resend/', { ephemeral_token });
    await trouble();
    expectNotDelivered(await change());
    await recover();
    await trouble();
    expectNotDelivered(await resend());
    await recover();
    expect((await resend()).status).toBe(200);
    const code = sink.lastCode(account.user.email);
    expect((await server.verifyLogin(ephemeral_token, code)).status).toBe(200);
  });

  it('leaves no stuck set-up', async () => {
    await trouble();
    expectNotDelivered(await server.post('/mfa/', { method: 'email' }, account.access));
    await recover();
    expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
    await enrolEmail();
    expect((await server.login(account.user)).body.mfa_enabled).toBe(true);
  });

  it('is named by a code for a change of factors, which works when it is back', async () => {
    await enrolEmail();
    const send = () => server.post('/mfa/send/', { method: 'email' }, account.access);
    await trouble();
    expectNotDelivered(await send());
    await recover();
    expect((await send()).status).toBe(200);
    const code = sink.lastCode(account.user.email);
    const fresh = await server.post('/mfa/backup-codes/', { code }, account.access);
    expect(fresh.body.backup_codes).toHaveLength(5);
  });
});

it.each(['before', 'after'] as const)(
  'a mail server may die %s any message of its conversation',
  async (when) => {
    for (let atMessage = 1; ; atMessage++) {
      account = await server.signUp();
      proxy.cut(atMessage, when);
      const first = await server.post('/mfa/', { method: 'email' }, account.access);
      const wasCut = proxy.hasCut;
      await recover();
      if (first.status !== 201) expectNotDelivered(first);
      const again = await server.post('/mfa/', { method: 'email' }, account.access);
      expect([201, 429]).toContain(again.status);
      const code = sink.lastCode(account.user.email);
      const confirmed = await server.post(
        '/mfa/confirm/',
        { method: 'email', code },
        account.access,
      );
      expect([atMessage, confirmed.status]).toEqual([atMessage, 200]);
      if (!wasCut) break;
      expect(atMessage).toBeLessThan(20);
    }
  },
  MANY_REQUESTS_MILLISECONDS,
);

it('undoes no change of which it cannot tell', async () => {
  await enrolEmail();
  await proxy.refuse();
  const { status } = await server.post('/mfa/delete/', { method: 'email' }, account.access);
  expect(status).toBe(204);
  expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
});
