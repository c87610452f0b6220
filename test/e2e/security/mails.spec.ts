import { AuditTrail, MFA_EVENT_TYPES } from '../../../src/mfa/index.js';
import { accountEvent } from '../../../src/server/identity/account-event.js';
import { LANGUAGES } from '../../../src/server/texts/languages.js';
import { SECURITY_EMAIL_KINDS } from '../../../src/server/texts/security-email-kinds.js';
import { UsersService } from '../../../src/server/identity/users.service.js';
import { signUpConfirmed } from '../../support/email-change.js';
import { mailedToken } from '../../support/route-bodies.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const PASSWORD = 'correct horse battery';
const MOVED = 'moved@example.net';

/** What strangers may type that ends up near a mail. */
const TYPED = {
  username: 'canary_name.example',
  firstName: 'canary first',
  lastName: 'canary last',
  label: 'canary label',
  userAgent: 'canary agent: visit canary.example',
  address: 'canary-address.example',
};

const HEADERS = {
  'content-type': 'application/json',
  'user-agent': TYPED.userAgent,
  'x-forwarded-for': TYPED.address,
  'x-forwarded-host': TYPED.address,
  'x-forwarded-proto': TYPED.address,
  forwarded: `for=${TYPED.address};host=${TYPED.address}`,
  'x-real-ip': TYPED.address,
  referer: `https://${TYPED.address}`,
  origin: `https://${TYPED.address}`,
};

let server: TestServer;

afterEach(() => server.stop());

function post(path: string, body: object, headers: Record<string, string>) {
  return server.send('POST', path, {
    headers: { ...HEADERS, ...headers },
    body: JSON.stringify(body),
  });
}

/** An account of which everything that its maker could choose is a canary. */
async function makeAccount(language: string): Promise<SignedIn> {
  const username = `${TYPED.username}.${language}`;
  const user = { username, email: `owner.${language}@example.org`, password: PASSWORD };
  const made = await post('/registration/', user, { 'accept-language': language });
  const { id } = made.body.user;
  await server.dataSource.query(`UPDATE users SET first_name = $2, last_name = $3 WHERE id = $1`, [
    id,
    TYPED.firstName,
    TYPED.lastName,
  ]);
  const { body } = await post('/login/', user, { 'accept-language': language });
  return { user: { id, ...user }, access: body.access, refresh: body.refresh };
}

/** Answers the mail about the address. */
async function confirmAddress(mode: 'link' | 'code', { user, access }: SignedIn): Promise<void> {
  await server.deliverEvents();
  const body =
    mode === 'link'
      ? { token: mailedToken(server, user.email, '/account/verify-email') }
      : { code: server.inbox.lastCode(user.email) };
  const headers = { authorization: `Bearer ${access}` };
  expect((await post('/email/verify/', body, headers)).status).toBe(200);
}

/** Sets two factors up: one has labels, the other mails codes. */
async function enrol(account: SignedIn): Promise<void> {
  const headers = { authorization: `Bearer ${account.access}` };
  const { body } = await post('/mfa/', { method: 'app', label: TYPED.label }, headers);
  const code = server.totp(body.setup_data.secret);
  expect((await post('/mfa/confirm/', { method: 'app', code }, headers)).status).toBe(200);
  expect((await post('/mfa/', { method: 'email' }, headers)).status).toBe(201);
  const mailed = server.inbox.lastCode(account.user.email);
  const confirmed = await post('/mfa/confirm/', { method: 'email', code: mailed }, headers);
  expect(confirmed.status).toBe(200);
}

/** Subjects of mails with a code say when it was asked for. */
function withoutTime(subject: string): string {
  return subject.replace(/ \(\d\d:\d\d:\d\d UTC\)$/, '');
}

/** Has everything happen that is recorded, by a client that says what strangers may say. */
async function recordEverything({ user: { id } }: SignedIn): Promise<void> {
  const user = await server.app.get(UsersService, { strict: false }).findById(id);
  if (user === null) throw new Error('There is no such user.');
  const client = { ip: TYPED.address, userAgent: TYPED.userAgent };
  const events = MFA_EVENT_TYPES.map((type) => ({
    ...accountEvent(type, { user, client, at: server.clock.now() }),
    factor: 'app',
    target: TYPED.label,
  }));
  const locked = accountEvent('method_locked', { user, client, at: server.clock.now() });
  const forGood = { ...locked, factor: 'app', detail: { isForGood: true } };
  await server.app.get(AuditTrail).record([...events, forGood]);
  await post('/password/reset/', { email: user.email }, {});
  await server.deliverEvents();
}

/** Asks for a free address and for one that another account has, as who says what strangers may say. */
async function askForAddresses({ access }: SignedIn): Promise<void> {
  const owner = await signUpConfirmed(server);
  const headers = { authorization: `Bearer ${access}` };
  for (const email of [MOVED, owner.user.email]) {
    await server.dataSource.query('DELETE FROM mfa_send_budgets');
    expect((await post('/email/change/', { email }, headers)).status).toBe(200);
    await server.deliverEvents();
  }
}

it.each([
  ['en', 'link'],
  ['de', 'link'],
  ['en', 'code'],
  ['de', 'code'],
] as const)('no mail holds what a stranger typed: %s, by %s', async (language, mode) => {
  server = await startServer({
    TRUSTED_PROXIES: '127.0.0.1',
    EMAIL_VERIFICATION: mode,
    MAIL_LANGUAGE: language,
  });
  const account = await makeAccount(language);
  await confirmAddress(mode, account);
  await enrol(account);
  await recordEverything(account);
  const forgotten = `DELETE FROM mfa_backup_codes WHERE user_id = $1`;
  await server.dataSource.query(forgotten, [account.user.id]);
  await recordEverything(account);
  const toOwner = server.inbox.messages.map(({ to }) => to);
  expect(new Set(toOwner)).toEqual(new Set([account.user.email]));
  await askForAddresses(account);
  const mails = server.inbox.messages;
  const texts = LANGUAGES[language];
  // Each mail that there is was sent: a further one has to be sent here as well.
  expect([...new Set(mails.map(({ subject }) => withoutTime(subject)))].sort()).toEqual(
    [
      withoutTime(texts.code.subject('12:00:00 UTC')),
      texts.reset.subject,
      texts.verification.subject,
      texts.addressChange.asked.subject,
      texts.addressChange.taken.subject,
      ...SECURITY_EMAIL_KINDS.map((kind) => texts.kinds[kind].subject),
    ].sort(),
  );
  for (const { subject, text, html } of mails) {
    expect(`${subject}\n${text}\n${html}`).not.toMatch(/canary/i);
  }
});
