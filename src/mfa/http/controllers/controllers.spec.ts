import { type INestApplication, ValidationPipe } from '@nestjs/common';
import {
  libraryHttpApp,
  PLATFORMS,
  type StubbedCore,
} from '../../../../test/support/library-http-app.js';

const CLIENT = { ip: expect.stringMatching(/127\.0\.0\.1$/), userAgent: 'spec' };
const UUID = '019a8a52-7c00-7000-8000-000000000001';
const ACTOR = {
  ...{ subjectId: 'u1', sessionId: null, authenticatedAt: null, amr: [] },
  client: CLIENT,
};
const CLAIMS = { subjectId: 'u1', challengeId: 'c1', purpose: 'login' };
const AT = new Date('2026-01-31T08:00:00Z');

/** Records the calls to the core, and answers as the core does. */
function recordingCore(calls: unknown[][]): StubbedCore {
  const record =
    <T>(name: string, answer: T) =>
    async (...given: unknown[]) => {
      calls.push([name, ...given]);
      return answer;
    };
  return {
    login: {
      verify: record('verify', { tokens: { access: 'a' }, headers: [] }),
      changeMethod: record('changeMethod', { method: 'email', challenge: null }),
      resend: record('resend', undefined),
      cancel: record('cancel', undefined),
    },
    enrolment: {
      setUp: record('setUp', {
        method: 'app',
        setupData: { qr_code: 'png' },
        topLevel: { qr_code: 'png', method: 'forged' },
        backupCodes: ['b'],
        authenticatorId: 'a1',
        backupCodesRemaining: 1,
      }),
      confirm: record('confirm', undefined),
    },
    asking: {
      send: record('send', undefined),
      challenge: record('challenge', { sent_to: 'x' }),
    },
    methods: {
      list: record('list', [
        {
          name: 'app',
          displayName: 'App',
          isActive: true,
          isPrimary: false,
          isSetUp: true,
          createdAt: AT,
          confirmedAt: AT,
          lastUsedAt: null,
          details: {},
        },
      ]),
      makePrimary: record('makePrimary', undefined),
      deactivate: record('deactivate', undefined),
      renameAuthenticator: record('rename', { id: 'a1', label: 'Phone' }),
    },
    removal: {
      method: async (actor: unknown, handler: string, proof: unknown) => {
        calls.push(['delete', actor, handler, proof]);
        return handler === 'key' ? { credential_ids: [] } : null;
      },
      authenticator: record('remove', null),
    },
    backupCodes: {
      count: record('count', { remaining: 4, total: 5, createdAt: AT, id: 's1' }),
      regenerate: record('regenerate', ['b']),
    },
  };
}

/** The methods that the guard of the proof has read. */
const KNOWN = { subjectId: 'u1', methods: [], version: 0 };

describe.each(PLATFORMS)('the controllers on %s', (_, adapter) => {
  const calls: unknown[][] = [];
  let app: INestApplication;
  let base: string;

  beforeAll(async () => {
    app = await libraryHttpApp(adapter(), recordingCore(calls));
    // Hosts often have this pipe. It must not refuse the library's bodies in its own words.
    app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
    await app.listen(0, '127.0.0.1');
    base = `${await app.getUrl()}/api/auth`;
  });
  afterAll(() => app.close());
  beforeEach(() => calls.splice(0));

  async function send(
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
    method = body === undefined ? 'GET' : 'POST',
  ) {
    const headers = { authorization: 'Bearer good', 'user-agent': 'spec', ...more };
    const response = await fetch(
      `${base}/${path}`,
      body === undefined
        ? { method, headers }
        : {
            method,
            headers: { 'content-type': 'application/json', ...headers },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          },
    );
    const text = await response.text();
    const answer: unknown = text === '' ? null : JSON.parse(text);
    return { status: response.status, answer, headers: response.headers };
  }

  it.each<[path: string, body: unknown, status: number, answer: unknown, call: unknown[]]>([
    [
      'login/verify/',
      { ephemeral_token: 'open', code: '1' },
      200,
      { access: 'a' },
      ['verify', CLAIMS, { code: '1' }, CLIENT, false],
    ],
    [
      'login/verify/',
      { ephemeral_token: 'open', code: '1', remember_device: true },
      200,
      { access: 'a' },
      ['verify', CLAIMS, { code: '1' }, CLIENT, true],
    ],
    [
      'login/change-method/',
      { ephemeral_token: 'open', new_method: 'email' },
      200,
      { ephemeral_token: 'open', method: 'email', new_method: 'email', challenge: null },
      ['changeMethod', CLAIMS, 'email', CLIENT],
    ],
    [
      'login/resend/',
      { ephemeral_token: 'open' },
      200,
      { ephemeral_token: 'open' },
      ['resend', CLAIMS, CLIENT],
    ],
    ['login/cancel/', { ephemeral_token: 'open' }, 204, null, ['cancel', CLAIMS, CLIENT]],
    [
      'mfa/',
      { method: 'app', label: 'x' },
      201,
      {
        method: 'app',
        setup_data: { qr_code: 'png' },
        qr_code: 'png',
        backup_codes: ['b'],
        backup_codes_remaining: 1,
        authenticator_id: 'a1',
      },
      ['setUp', ACTOR, { handler: 'app', fields: { label: 'x' }, known: KNOWN }],
    ],
    [
      'mfa/confirm/',
      { method: 'app', code: 1 },
      200,
      { detail: 'Activated MFA method' },
      ['confirm', ACTOR, { handler: 'app', proof: { code: 1 } }],
    ],
    [
      'mfa/confirm/',
      { method: 'app', authenticator_id: UUID, code: 1 },
      200,
      { detail: 'Activated MFA method' },
      ['confirm', ACTOR, { handler: 'app', authenticatorId: UUID, proof: { code: 1 } }],
    ],
    [
      'mfa/challenge/',
      { method: 'email' },
      200,
      { challenge: { sent_to: 'x' } },
      ['challenge', ACTOR, 'email'],
    ],
    [
      'mfa/primary/',
      { method: 'app' },
      200,
      { detail: 'Updated primary MFA method' },
      ['makePrimary', ACTOR, 'app', null],
    ],
    [
      'mfa/primary',
      { method: 'app', primary_code: 123456 },
      200,
      { detail: 'Updated primary MFA method' },
      ['makePrimary', ACTOR, 'app', { code: '123456' }],
    ],
    [
      'mfa/deactivate/',
      { method: 'app', code: '1' },
      200,
      { detail: 'Deactivated MFA method' },
      ['deactivate', ACTOR, 'app', { code: '1' }],
    ],
    [
      'mfa/primary',
      { method: 'app', credential: { id: 'c' } },
      200,
      { detail: 'Updated primary MFA method' },
      ['makePrimary', ACTOR, 'app', { credential: { id: 'c' } }],
    ],
    ['mfa/delete/', { method: 'app' }, 204, null, ['delete', ACTOR, 'app', null]],
    ['mfa/delete/', { method: 'key' }, 200, { credential_ids: [] }, ['delete', ACTOR, 'key', null]],
    [
      'mfa/delete',
      { method: 'app', code: '1' },
      204,
      null,
      ['delete', ACTOR, 'app', { code: '1' }],
    ],
    ['mfa/send/', { method: 'email' }, 200, { detail: 'MFA code sent' }, ['send', ACTOR, 'email']],
    [
      'mfa/backup-codes/',
      { code: '1' },
      200,
      { backup_codes: ['b'] },
      ['regenerate', ACTOR, { code: '1' }],
    ],
    [
      'mfa/backup-codes/',
      undefined,
      200,
      { remaining: 4, total: 5, created_at: '2026-01-31T08:00:00.000Z' },
      ['count', ACTOR],
    ],
    [
      'mfa/',
      undefined,
      200,
      [
        {
          name: 'app',
          display_name: 'App',
          is_active: true,
          is_primary: false,
          is_setup: true,
          created_at: '2026-01-31T08:00:00.000Z',
          confirmed_at: '2026-01-31T08:00:00.000Z',
          last_used_at: null,
          details: {},
        },
      ],
      ['list', ACTOR],
    ],
  ])('%s %j', async (path, body, status, answer, call) => {
    const got = await send(path, body);

    expect({ status: got.status, answer: got.answer }).toEqual({ status, answer });
    expect(got.headers.get('cache-control')).toBe('no-store');
    expect(calls).toEqual([call]);
  });

  it.each([
    [
      'PATCH',
      { label: ' Phone ' },
      200,
      { id: 'a1', label: 'Phone' },
      ['rename', ACTOR, UUID, 'Phone'],
    ],
    ['DELETE', undefined, 204, null, ['remove', ACTOR, UUID, null]],
    ['DELETE', { code: '1' }, 204, null, ['remove', ACTOR, UUID, { code: '1' }]],
  ])('mfa/authenticators/:id/ %s %j', async (method, body, status, answer, call) => {
    const got = await send(`mfa/authenticators/${UUID}/`, body, {}, method);

    expect({ status: got.status, answer: got.answer }).toEqual({ status, answer });
    expect(calls).toEqual([call]);
  });

  it.each([
    [{}, 'This field is required.'],
    [{ label: ' ' }, 'This field may not be blank.'],
    [{ label: 'a\u0000' }, 'Enter a name without control characters.'],
    [{ label: 'a\u202Eb' }, 'Enter a name without control characters.'],
    [{ label: 'a\u2066b' }, 'Enter a name without control characters.'],
    [{ label: 'a\u2028b' }, 'Enter a name without control characters.'],
    [{ label: 'a\u200Bb' }, 'Enter a name without control characters.'],
    [{ label: 1 }, 'Not a valid string.'],
  ])('refuses the label %j', async (body, text) => {
    const got = await send(`mfa/authenticators/${UUID}/`, body, {}, 'PATCH');

    expect(got.answer).toMatchObject({ code: 'validation_failed', errors: { label: [text] } });
  });

  it.each(['👨‍👩‍👧', 'می‌خواهم', '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}'])(
    'takes the label %s',
    async (label) => {
      const got = await send(`mfa/authenticators/${UUID}/`, { label }, {}, 'PATCH');

      expect(got.status).toBe(200);
    },
  );

  it('lists the handlers for anyone, with the schemas of their forms', async () => {
    const response = await fetch(`${base}/mfa/handlers/`);
    const [first, second] = (await response.json()) as Record<string, unknown>[];

    expect(first).toMatchObject({ name: 'app', display_name: 'APP', requires_dispatch: false });
    expect(second).toMatchObject({
      setup_schema: { required: ['phone'] },
      input_schema: { required: ['code'] },
    });
  });

  it('reads a form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await send('mfa/confirm/', 'method=app&code=012345', form);

    expect(calls).toEqual([['confirm', ACTOR, { handler: 'app', proof: { code: '012345' } }]]);
  });

  it.each([
    ['login/verify', {}, 'validation_failed', { ephemeral_token: ['This field is required.'] }],
    ['mfa/send', {}, 'validation_failed', { method: ['This field is required.'] }],
    ['mfa/send', { method: 'app', x: 1 }, 'validation_failed', { x: ['Unexpected field.'] }],
    [
      'login/verify',
      { ephemeral_token: 1 },
      'validation_failed',
      { ephemeral_token: ['Not a valid string.'] },
    ],
    ['login/verify', { ephemeral_token: 'other' }, 'invalid_token', undefined],
    [
      'login/cancel',
      { ephemeral_token: 'open', x: 1 },
      'validation_failed',
      { x: ['Unexpected field.'] },
    ],
    ['mfa', { method: ['app'] }, 'validation_failed', { method: ['Not a valid string.'] }],
    [
      'mfa',
      [],
      'validation_failed',
      { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] },
    ],
    [
      'mfa/primary',
      { method: 'app', primary_code: '123456', code: '123456' },
      'validation_failed',
      { code: ['Unexpected field.'] },
    ],
    [
      'mfa/primary',
      { method: 'app', primary_code: '' },
      'validation_failed',
      { primary_code: ['This field may not be blank.'] },
    ],
    [
      'mfa/send',
      { method: 'app', is_active: true },
      'validation_failed',
      { is_active: ['Unexpected field.'] },
    ],
  ])('%s refuses %j', async (path, body, code, errors) => {
    const { status, answer, headers } = await send(path, body);

    expect(status).toBe(400);
    expect(answer).toMatchObject({ code });
    expect((answer as { errors?: unknown }).errors).toEqual(errors);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(calls).toEqual([]);
  });

  it.each(['mfa', 'mfa/backup-codes'])('%s asks for an access token', async (path) => {
    const missing = await fetch(`${base}/${path}`);
    const bad = await send(path, undefined, { authorization: 'Bearer bad' });

    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer');
    expect(bad.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(bad.headers.get('cache-control')).toBe('no-store');
  });

  it('refuses a body of another media type', async () => {
    const { status } = await send('mfa/send', 'method=app', { 'content-type': 'text/plain' });

    expect(status).toBe(415);
  });
});
