import { Delay } from '../../../src/server/delivery/webhooks/delay.js';
import { DocumentedCode } from '../../support/documented-code.js';
import { type Reply } from '../../support/http-client.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { WebhookSink } from '../../support/webhook-sink.js';

const NUMBER = '+4917012345612';

const logs = new LogRecorder();
let sink: WebhookSink;
let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  sink = await WebhookSink.start();
  server = await startServer(
    {
      MFA_HANDLERS: 'app,sms',
      SMTP_URL: 'smtp://127.0.0.1:1',
      SMS_GATEWAY_URL: sink.url,
      SMS_GATEWAY_SECRET: sink.secret,
      MFA_MAX_ENROLMENT_SENDS_PER_ADDRESS: '1000',
    },
    { logger: logs },
  );
  server.app.get(Delay, { strict: false }).wait = () => Promise.resolve();
});
afterAll(async () => {
  await server.stop();
  await sink.stop();
});
beforeEach(async () => {
  account = await server.signUp();
  sink.webhooks.length = 0;
});
afterEach(() => sink.answerAll(200));

const setUp = () => server.post('/mfa/', { method: 'sms', phone_number: NUMBER }, account.access);

async function enrol(): Promise<void> {
  expect((await setUp()).status).toBe(201);
  const code = sink.lastCode;
  await server.post('/mfa/confirm/', { method: 'sms', code }, account.access);
  server.clock.advance({ seconds: 31 });
  sink.webhooks.length = 0;
}

function expectNotDelivered({ status, body, text }: Reply): void {
  expect([status, body.code]).toEqual([503, 'delivery_failed']);
  expect(text).not.toMatch(/webhook|ECONN|49170/i);
}

it('is handed number and text, signed', async () => {
  await enrol();
  const login = await server.login(account.user);
  expect(login.body.challenge).toEqual({ sent_to: '•••12' });
  const [webhook] = sink.webhooks;
  expect(webhook?.content).toEqual({
    to: NUMBER,
    text: `${sink.lastCode} is your verification code for MyApplication. It is valid for 10 minutes. Give it to nobody.`,
  });
  expect(webhook !== undefined && sink.isSigned(webhook)).toBe(true);
  expect((await server.verifyLogin(login.body.ephemeral_token, sink.lastCode)).status).toBe(200);
});

it('may be the receiver of the guide', async () => {
  const documented = new DocumentedCode();
  // The file exports the function under this name; the guide shows it.
  const { isGenuine } = (await documented.import('webhook-receiver.ts')) as {
    isGenuine: (webhook: object, secret: string, now: Date) => boolean;
  };
  documented.remove();
  await setUp();
  const [sent] = sink.webhooks;
  const headers: Readonly<Record<string, string>> = sent?.headers ?? {};
  const { body = '' } = sent ?? {};
  const webhook = {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    body,
  };
  const now = server.clock.now();
  expect(isGenuine(webhook, sink.secret, now)).toBe(true);
  const forged = { ...webhook, body: body.replace('+49', '+43') };
  expect(isGenuine(forged, sink.secret, now)).toBe(false);
  expect(isGenuine({ ...webhook, timestamp: 'x' }, sink.secret, now)).toBe(false);
  const late = new Date(now.getTime() + 301_000);
  expect(isGenuine(webhook, sink.secret, late)).toBe(false);
});

it('may stumble: the same message comes again', async () => {
  sink.answerNext(500, (response) => response.destroy());
  expect((await setUp()).status).toBe(201);
  expect(sink.webhooks).toHaveLength(3);
  expect(new Set(sink.webhooks.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(sink.webhooks.map(({ body }) => body)).size).toBe(1);
});

it.each([
  ['is down', 503, 3],
  ['refuses', 400, 1],
])('that %s is told by a set-up, which works when it is back', async (_, answer, tries) => {
  sink.answerAll(answer);
  expectNotDelivered(await setUp());
  expect(sink.webhooks).toHaveLength(tries);
  sink.answerAll(200);
  server.clock.advance({ seconds: 31 });
  await enrol();
});

it('does not shut the door at a login, and a resend works when it is back', async () => {
  await enrol();
  sink.answerAll((response) => response.destroy());
  const login = await server.login(account.user);
  expect([login.status, login.body.challenge]).toEqual([200, { delivery: 'failed' }]);
  const { ephemeral_token } = login.body;
  expectNotDelivered(await server.post('/login/resend/', { ephemeral_token }));
  sink.answerAll(200);
  expect((await server.post('/login/resend/', { ephemeral_token })).status).toBe(200);
  expect((await server.verifyLogin(ephemeral_token, sink.lastCode)).status).toBe(200);
});

it('takes the place of the mailbox page', async () => {
  expect((await server.get('//dev/mailbox')).status).toBe(404);
});

it('leaves no number and no code in the log, though failures are in it', async () => {
  await enrol();
  sink.answerAll(500);
  await server.login(account.user);
  const text = logs.lines.join('\n');
  expect(text).toContain('A sms code could not be sent.');
  for (const secret of [NUMBER.slice(1, -2), sink.lastCode, sink.secret]) {
    expect([secret, text.includes(secret)]).toEqual([secret, false]);
  }
});
