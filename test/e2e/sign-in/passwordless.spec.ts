import { deleteAt } from '../../support/old-proof.js';
import { expectProblem, type Problem } from '../../support/problems.js';
import { ORIGIN, PASSKEY, PASSKEY_EVENTS, withPasskeys } from '../../support/security-keys.js';
import { mailedToken } from '../../support/route-bodies.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { type Conduct, SoftwareAuthenticator } from '../../support/software-authenticator.js';

const REFUSED: Problem = [
  400,
  'invalid_credentials',
  'Unable to log in with provided credentials.',
];
const TOO_FEW: Problem = [
  400,
  'passkeys_required',
  'Set up two passkeys that verify you before you remove your password.',
];
const LAST: Problem = [
  400,
  'delete_last_forbidden',
  'Without a password, this passkey is the last way into the account.',
];
const NEW = 'another horse battery';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer(withPasskeys(), { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

/** A further passkey of the account. */
async function add(label: string, conduct = PASSKEY): Promise<Passkey> {
  const { access } = account;
  const key = new SoftwareAuthenticator(ORIGIN, conduct);
  const { body } = await server.post('/mfa/', { method: 'webauthn', label }, access);
  const { authenticator_id: id } = body;
  const credential = key.create(body.setup_data);
  const proof = { method: 'webauthn', authenticator_id: id, credential };
  expect((await server.post('/mfa/confirm/', proof, access)).status).toBe(200);
  return { key, id };
}

interface Passkey {
  readonly key: SoftwareAuthenticator;
  readonly id: string;
}

async function signIn({ key }: Passkey, conduct?: Conduct) {
  const { ephemeral_token, challenge } = (await server.post('/login/passkey/', {})).body;
  const credential = key.get(challenge, conduct);
  return server.post('/login/passkey/verify/', { ephemeral_token, credential });
}

function subjectsOfMails(): string[] {
  const own = server.inbox.messages.filter(({ to }) => to === account.user.email);
  return own.map(({ subject }) => subject);
}

const removePassword = (access = account.access) => server.post('/password/remove/', {}, access);

/** The account with two passkeys and no password, signed in by the first one. */
async function withoutPassword() {
  const passkeys = [await add('Laptop'), await add('Phone')] as const;
  expect((await removePassword()).body).toEqual({ detail: 'The password is gone.' });
  const { access } = (await signIn(passkeys[0])).body;
  return { passkeys, access: String(access) };
}

describe('an account with passkeys alone', () => {
  it('needs two that verified their person and can be found', async () => {
    expectProblem(await removePassword(), TOO_FEW);
    await add('Laptop');
    await add('Unverified', { isVerified: false, isPasskey: true });
    await add('Not to be found', { isVerified: true, isPasskey: false });
    expectProblem(await removePassword(), TOO_FEW);
    await add('Phone');
    expect((await removePassword()).status).toBe(200);
  });

  it('signs in by a passkey, and no longer by the password', async () => {
    const { passkeys } = await withoutPassword();
    expect((await signIn(passkeys[1])).status).toBe(200);
    expectProblem(await server.login(account.user), REFUSED);
  });

  it('ends the other sessions, tells its owner, and may be asked for again', async () => {
    const other = (await server.login(account.user)).body.access;
    const { access } = await withoutPassword();
    expect((await server.get('/user/', other)).status).toBe(401);
    await server.deliverEvents();
    expect(subjectsOfMails()).toContain('Your password was removed');
    const told = await server.dataSource.query(
      'SELECT type FROM mfa_events WHERE user_id = $1 AND type = ANY($2)',
      [account.user.id, [...PASSKEY_EVENTS]],
    );
    expect(told).toEqual(PASSKEY_EVENTS.map((type) => ({ type })));
    expect((await removePassword(access)).status).toBe(200);
  });

  it('keeps its last passkey', async () => {
    const { passkeys, access } = await withoutPassword();
    await server.enrolApp({ access });
    const remove = (id: string) => deleteAt(server, `/mfa/authenticators/${id}/`, access);
    expect((await remove(passkeys[1].id)).status).toBe(200);
    expectProblem(await remove(passkeys[0].id), LAST);
    expectProblem(await server.post('/mfa/delete/', { method: 'webauthn' }, access), LAST);
    expect((await signIn(passkeys[0])).status).toBe(200);
  });

  it('gets no password by mail', async () => {
    await withoutPassword();
    await server.deliverEvents();
    const before = subjectsOfMails();
    expect((await server.post('/password/reset/', { email: account.user.email })).status).toBe(200);
    await server.deliverEvents();
    expect(subjectsOfMails()).toEqual(before);
  });

  it('gets a new password by a fresh proof, which no other account does', async () => {
    const set = (access: string) => server.post('/password/set/', { new_password: NEW }, access);
    expect((await set(account.access)).body.code).toBe('forbidden');
    const { access } = await withoutPassword();
    expect((await set(access)).status).toBe(200);
    const { username } = account.user;
    expect((await server.login({ username, password: NEW })).body.mfa_enabled).toBe(true);
    expect((await set(access)).body.code).toBe('forbidden');
  });

  it('gets its password back by "this was not me"', async () => {
    await withoutPassword();
    await server.deliverEvents();
    const token = mailedToken(server, account.user.email, '/account/not-me');
    expect((await server.post('/repudiate/', { token })).status).toBe(200);
    const [row] = await server.dataSource.query(
      'SELECT password_hash IS NOT NULL AS has, frozen_at IS NOT NULL AS frozen FROM users WHERE id = $1',
      [account.user.id],
    );
    expect(row).toEqual({ has: true, frozen: true });
  });
});
