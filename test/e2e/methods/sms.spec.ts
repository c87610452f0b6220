import { inspect } from 'node:util';
import { type MfaEvent, MfaEventListener } from '../../../src/mfa/index.js';
import { type Reply } from '../../support/http-client.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NUMBER = '+4917012345612';
const TYPED = ' +49 (170) 123-456 12';

interface KeptText {
  readonly kind: string;
  readonly to: string;
  readonly text: string;
}

/** What the development mailbox shows, newest first. */
async function textsIn(server: TestServer): Promise<KeptText[]> {
  const { body } = await server.get('//dev/mailbox.json');
  return body.filter(({ kind }: KeptText) => kind === 'text message');
}

async function lastCode(server: TestServer): Promise<string> {
  const [newest] = await textsIn(server);
  return /\b\d{6}\b/.exec(newest?.text ?? '')?.[0] ?? '';
}

/** A code counts where it stands alone: within a longer number it is chance. */
function holds(text: string, secret: string): boolean {
  return /^\d{6}$/.test(secret) ? new RegExp(`\\b${secret}\\b`).test(text) : text.includes(secret);
}

/** All that a row holds, bytes as the characters that they may be. */
function textOfRow(row: object): string {
  const values: unknown[] = Object.values(row);
  return values
    .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)))
    .join(' ');
}

function setUp(server: TestServer, { access }: SignedIn, phone_number = TYPED): Promise<Reply> {
  return server.post('/mfa/', { method: 'sms', phone_number }, access);
}

async function enrol(server: TestServer, account: SignedIn): Promise<void> {
  await setUp(server, account);
  const code = await lastCode(server);
  const { status } = await server.post('/mfa/confirm/', { method: 'sms', code }, account.access);
  expect(status).toBe(200);
  server.clock.advance({ seconds: 31 });
}

describe('text messages', () => {
  const logs = new LogRecorder();
  const events: MfaEvent[] = [];
  const answers: string[] = [];
  let server: TestServer;
  let account: SignedIn;

  beforeAll(async () => {
    server = await startServer({ MFA_HANDLERS: 'app,email,sms' }, { logger: logs });
    const listener = server.app.get(MfaEventListener, { strict: false });
    const tellOn = listener.onEvent.bind(listener);
    listener.onEvent = (event) => {
      events.push(event);
      return tellOn(event);
    };
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await server.signUp();
  });

  it('ask for a number in the form that they publish', async () => {
    const { body } = await server.get('/mfa/handlers/');
    expect(body[2]).toMatchObject({
      name: 'sms',
      display_name: 'Text message',
      requires_dispatch: true,
      setup_schema: {
        properties: { phone_number: { type: 'string', format: 'tel', maxLength: 64 } },
        required: ['phone_number'],
        additionalProperties: false,
      },
    });
  });

  it('prove the number at set-up, and sign in, the number masked all the way', async () => {
    const { user, access } = account;
    const keep = async (request: Promise<Reply>) => {
      const reply = await request;
      answers.push(reply.text);
      return reply;
    };
    const { status, body } = await keep(setUp(server, account));
    expect([status, body.setup_data]).toEqual([
      201,
      { detail: 'SMS verification code has been sent to your phone.', sent_to: '•••12' },
    ]);
    const code = await lastCode(server);
    expect((await textsIn(server))[0]).toMatchObject({
      to: NUMBER,
      text: `${code} is your verification code for MyApplication. It is valid for 10 minutes. Give it to nobody.`,
    });
    await keep(server.post('/mfa/confirm/', { method: 'sms', code }, access));
    server.clock.advance({ seconds: 31 });
    const methods = await keep(server.get('/mfa/', access));
    expect(methods.body[2]).toMatchObject({ is_active: true, details: { sent_to: '•••12' } });
    const login = await keep(server.login(user));
    expect(login.body).toMatchObject({ method: 'sms', challenge: { sent_to: '•••12' } });
    const { ephemeral_token } = login.body;
    const first = await lastCode(server);
    server.clock.advance({ seconds: 31 });
    await keep(server.post('/login/resend/', { ephemeral_token }));
    const second = await lastCode(server);
    expect(second).not.toBe(first);
    const refused = await keep(server.verifyLogin(ephemeral_token, first));
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_code']);
    const passed = await keep(server.verifyLogin(ephemeral_token, second));
    expect(passed.status).toBe(200);
    const claims = JSON.parse(
      Buffer.from(passed.body.access.split('.')[1], 'base64url').toString(),
    );
    expect(claims.amr).toEqual(expect.arrayContaining(['otp', 'sms']));
    expect((await server.verifyLogin(ephemeral_token, second)).status).toBe(400);
    for (const secret of [NUMBER.slice(1, -2), first, second, code]) {
      expect(answers.filter((text) => holds(text, secret))).toEqual([]);
    }
  });

  it('leave neither number nor code in logs, events and rows', async () => {
    await enrol(server, account);
    await setUp(server, account, '+49 170 no number');
    const codes = (await textsIn(server)).flatMap(({ text }) => /\d{6}/.exec(text) ?? []);
    const tables = ['methods', 'challenges', 'events', 'send_budgets'];
    const rows = await Promise.all(
      tables.map((table) => server.dataSource.query(`SELECT * FROM mfa_${table}`)),
    );
    const seen = [
      ...logs.lines,
      inspect(events, { depth: 10 }),
      ...rows.flat().map(textOfRow),
    ].join('\n');
    expect(seen).toContain('text message to •••12');
    expect(codes.length).toBeGreaterThan(1);
    for (const secret of [NUMBER.slice(1, -2), TYPED, 'no number', ...codes]) {
      expect([secret, holds(seen, secret)]).toEqual([secret, false]);
    }
  });

  it.each([
    ['a number of one country', '0170 12345612'],
    ['a trunk prefix', '+49 (0) 170 12345612'],
    ['a trunk prefix with a mark that does not show', '+49 (0\u200b) 170 12345612'],
    ['a trunk prefix and more in brackets', '+49 (0170) 12345612'],
    ['two numbers', '+4917012345612, +4917012345613'],
    ['a list', [NUMBER]],
    ['an object', { $ne: '' }],
    ['a number that is no text', 4917012345612],
    ['nothing', undefined],
    ['null', null],
    ['a text without end', '+49'.repeat(10_000)],
  ])('cannot be set up with %s', async (_, phone_number) => {
    const before = (await textsIn(server)).length;
    const { status, body } = await server.post(
      '/mfa/',
      { method: 'sms', phone_number },
      account.access,
    );
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(Object.keys(body.errors)).toEqual(['phone_number']);
    expect(await textsIn(server)).toHaveLength(before);
  });
});

describe('text messages to one number', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ MFA_HANDLERS: 'sms', MFA_MAX_ENROLMENT_SENDS_PER_ADDRESS: '2' });
  });
  afterAll(() => server.stop());

  it('are limited over all users, however the number is typed', async () => {
    const [first, second, third] = [
      await server.signUp(),
      await server.signUp(),
      await server.signUp(),
    ];
    expect((await setUp(server, first, NUMBER)).status).toBe(201);
    expect((await setUp(server, second, TYPED)).status).toBe(201);
    const refused = await setUp(server, third, '+49-170-12345612');
    expect([refused.status, refused.body.code]).toEqual([429, 'send_limit']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await textsIn(server)).toHaveLength(2);
    expect((await setUp(server, third, '+49 170 12345613')).status).toBe(201);
  });
});
