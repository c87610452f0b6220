import { Delay } from '../../../src/server/delivery/webhooks/delay.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { WebhookSink } from '../../support/webhook-sink.js';

const logs = new LogRecorder();
let family: WebhookSink;
let office: WebhookSink;
let server: TestServer;
let account: SignedIn;

const configOf = (excluded: string) => `
factors:
  - type: app
  - type: notify
    id: family
    name: A message to the family
    message: "Your code at home: {code}"
    exclude: [${excluded}]
    destinations:
      - { id: kitchen, name: Kitchen display, url: "${family.url}", secret: "${family.secret}" }
      - { id: office, name: Office, url: "${office.url}" }
      - { id: attic, name: Attic, url: "${family.url}" }
`;

beforeAll(async () => {
  [family, office] = [await WebhookSink.start(), await WebhookSink.start()];
  server = await startServer({ AUTH_CONFIG: authConfigFile(configOf('attic')) }, { logger: logs });
  skipDelays(server);
});
afterAll(async () => {
  await server.stop();
  await family.stop();
  await office.stop();
});
beforeEach(async () => {
  account = await server.signUp();
});
afterEach(() => {
  for (const sink of [family, office]) {
    sink.answerAll(200);
    sink.webhooks.length = 0;
  }
});

function skipDelays({ app }: TestServer): void {
  app.get(Delay, { strict: false }).wait = () => Promise.resolve();
}

const setUp = (fields: object) =>
  server.post('/mfa/', { method: 'family', ...fields }, account.access);

async function enrol(...destinations: string[]): Promise<void> {
  expect((await setUp({ destinations })).status).toBe(201);
  const code = (family.webhooks.length > 0 ? family : office).lastCode;
  const confirmed = await server.post('/mfa/confirm/', { method: 'family', code }, account.access);
  expect(confirmed.status).toBe(200);
  server.clock.advance({ seconds: 31 });
  family.webhooks.length = office.webhooks.length = 0;
}

describe('notifications', () => {
  it('ask which destinations, of those on offer', async () => {
    const { body } = await server.get('/mfa/handlers/');
    expect(body[1]).toEqual({
      name: 'family',
      display_name: 'A message to the family',
      requires_dispatch: true,
      setup_schema: {
        type: 'object',
        properties: {
          destinations: {
            type: 'array',
            items: { type: 'string', enum: ['kitchen', 'office'] },
            minItems: 1,
            uniqueItems: true,
            description: 'Where codes shall be sent: kitchen (Kitchen display), office (Office).',
            examples: [['kitchen']],
          },
        },
        required: ['destinations'],
        additionalProperties: false,
      },
      input_schema: expect.objectContaining({ required: ['code'] }),
    });
  });

  it('are in the document of the API', async () => {
    const { body } = await server.get('//api/docs-json');
    expect(body.components.schemas.FamilySetup).toMatchObject({
      properties: {
        method: { type: 'string', enum: ['family'] },
        destinations: { type: 'array', items: { enum: ['kitchen', 'office'] } },
      },
      required: ['method', 'destinations'],
    });
    const { content } = body.paths['/api/auth/mfa'].post.requestBody;
    expect(content['application/json'].examples.family.value).toEqual({
      method: 'family',
      destinations: ['kitchen'],
    });
  });

  it('carry one code to all that were chosen, and sign in', async () => {
    const { body } = await setUp({ destinations: ['office', 'kitchen'] });
    const sent_to = ['Kitchen display', 'Office'];
    expect(body.setup_data).toEqual({ detail: 'A verification code has been sent.', sent_to });
    const { lastCode: code } = office;
    const [webhook] = family.webhooks;
    expect(webhook?.content).toEqual({
      destination: 'kitchen',
      text: `Your code at home: ${code}`,
    });
    expect(webhook !== undefined && family.isSigned(webhook)).toBe(true);
    expect(office.webhooks[0]?.headers).not.toHaveProperty('webhook-signature');
    await server.post('/mfa/confirm/', { method: 'family', code }, account.access);
    server.clock.advance({ seconds: 31 });
    const methods = await server.get('/mfa/', account.access);
    expect(methods.body[1]).toMatchObject({ is_active: true, details: { sent_to } });
    const login = await server.login(account.user);
    expect(login.body.challenge).toEqual({ sent_to });
    const { ephemeral_token } = login.body;
    const { lastCode: first } = family;
    server.clock.advance({ seconds: 31 });
    await server.post('/login/resend/', { ephemeral_token });
    expect((await server.verifyLogin(ephemeral_token, first)).body.code).toBe('invalid_code');
    expect((await server.verifyLogin(ephemeral_token, family.lastCode)).status).toBe(200);
  });

  it('belong to one login each: another does not touch the code of the first', async () => {
    await enrol('kitchen');
    const first = await server.beginLogin(account.user);
    const { lastCode: codeOfFirst } = family;
    server.clock.advance({ seconds: 31 });
    const second = await server.beginLogin(account.user);
    const { lastCode: codeOfSecond } = family;
    expect((await server.verifyLogin(second, codeOfFirst)).status).toBe(400);
    expect((await server.verifyLogin(first, codeOfFirst)).status).toBe(200);
    expect((await server.verifyLogin(second, codeOfSecond)).status).toBe(200);
  });

  it('need one destination that takes them', async () => {
    family.answerAll(500);
    await enrol('kitchen', 'office');
    const token = await server.beginLogin(account.user);
    expect(family.webhooks).toHaveLength(3);
    expect((await server.verifyLogin(token, office.lastCode)).status).toBe(200);
    const log = logs.lines.join('\n');
    expect(log).toContain('The destination "kitchen" did not take a notification.');
    expect(log).not.toContain(office.lastCode);
  });

  it('fail when all of them fail, and are sent again when one is back', async () => {
    await enrol('kitchen', 'office');
    family.answerAll(500);
    office.answerAll(404);
    const login = await server.login(account.user);
    expect([login.status, login.body.challenge]).toEqual([200, { delivery: 'failed' }]);
    const { ephemeral_token } = login.body;
    const failed = await server.post('/login/resend/', { ephemeral_token });
    expect([failed.status, failed.body.code]).toEqual([503, 'delivery_failed']);
    office.answerAll(200);
    expect((await server.post('/login/resend/', { ephemeral_token })).status).toBe(200);
    expect((await server.verifyLogin(ephemeral_token, office.lastCode)).status).toBe(200);
  });

  it('fail at a set-up, which can be begun again', async () => {
    family.answerAll(503);
    const failed = await setUp({ destinations: ['kitchen'] });
    expect([failed.status, failed.body.code]).toEqual([503, 'delivery_failed']);
    family.answerAll(200);
    server.clock.advance({ seconds: 31 });
    await enrol('kitchen');
  });

  it('take a choice from a form', async () => {
    const fields = { method: 'family', destinations: 'office' };
    expect((await server.postForm('/mfa/', fields, account.access)).status).toBe(201);
    expect(office.webhooks).toHaveLength(1);
  });

  it.each([
    ['one that is excluded', { destinations: ['attic'] }],
    ['one that there is not', { destinations: ['kitchen', 'cellar'] }],
    ['none', { destinations: [] }],
    ['no choice', {}],
    ['one twice', { destinations: ['office', 'office'] }],
    ['a number', { destinations: 1 }],
    ['a mapping', { destinations: { 0: 'office' } }],
  ])('cannot be sent to %s', async (_, fields) => {
    const { status, body } = await setUp(fields);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(Object.keys(body.errors)).toEqual(['destinations']);
    expect([family.webhooks, office.webhooks]).toEqual([[], []]);
  });

  it('pass over a destination that the operator took away', async () => {
    await enrol('kitchen', 'office');
    const sibling = await server.startSibling({
      AUTH_CONFIG: authConfigFile(configOf('attic, kitchen')),
    });
    skipDelays(sibling);
    const login = await sibling.login(account.user);
    const { ephemeral_token } = login.body;
    expect(login.body.challenge).toEqual({ sent_to: ['Office'] });
    expect(family.webhooks).toEqual([]);
    expect((await sibling.verifyLogin(ephemeral_token, office.lastCode)).status).toBe(200);
    await sibling.stop();
  });
});

describe('notifications without a destination of their own', () => {
  it('go to the development mailbox', async () => {
    const plain = await startServer({ MFA_HANDLERS: 'notify' });
    const { access } = await plain.signUp();
    const setUpReply = await plain.post('/mfa/', { method: 'notify' }, access);
    expect(setUpReply.body.setup_data.sent_to).toEqual(['Development mailbox']);
    const { body } = await plain.get('//dev/mailbox.json');
    expect(body[0]).toMatchObject({ kind: 'notification', to: 'Development mailbox' });
    const code = /\d{6}/.exec(body[0].text)?.[0];
    const confirmed = await plain.post('/mfa/confirm/', { method: 'notify', code }, access);
    expect(confirmed.status).toBe(200);
    await plain.stop();
  });
});
