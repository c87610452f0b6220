import {
  addressOf,
  askChange,
  changeToken,
  confirmChange,
  countChanges,
  freeAddress,
  signUpConfirmed,
} from '../../support/email-change.js';
import { beforeNextChange } from '../../support/before-next-change.js';
import { mailsTo } from '../../support/email-confirmation.js';
import { deleteAt } from '../../support/old-proof.js';
import { expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { mailedToken } from '../../support/route-bodies.js';
import { newestNotMeToken } from '../../support/security-emails.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { tally } from '../../support/tally.js';

const PARALLEL = 50;
const NEW_PASSWORD = 'another horse battery';
const OWN_PASSWORD = 'the password is changed in its session';

let server: TestServer;
let account: SignedIn;
let email: string;
beforeAll(async () => {
  server = await startServer({ EMAIL_VERIFICATION: 'link' }, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await signUpConfirmed(server);
  email = freeAddress();
});

const changePassword = ({ access }: Pick<SignedIn, 'access'>) =>
  server.post(
    '/password/change/',
    { old_password: account.user.password, new_password: NEW_PASSWORD },
    access,
  );

function sessionIdOf(access: string): string {
  const [, payload = ''] = access.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sid;
}

/** Another session of the account. */
async function otherSession(): Promise<SignedIn> {
  const { access, refresh } = (await server.login(account.user)).body;
  return { user: account.user, access, refresh };
}

/** What ends the right to another address, once it was asked for. */
const ENDINGS: Readonly<Record<string, () => Promise<unknown>>> = {
  [OWN_PASSWORD]: () => changePassword(account),
  'the password is changed in another session': async () => changePassword(await otherSession()),
  'the password is reset': async () => {
    await server.post('/password/reset/', { email: account.user.email });
    await server.deliverEvents();
    const token = mailedToken(server, account.user.email, '/account/reset-password');
    await server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD });
  },
  'somebody says "this was not me"': async () => {
    const other = await otherSession();
    await server.enrolApp(other);
    const token = await newestNotMeToken(server, account.user, /second factor was added/);
    await server.post('/repudiate/', { token });
  },
  'the user is disabled': () => server.disable(account.user),
  'its session is logged out': () => server.post('/logout/', { refresh: account.refresh }),
  'its session is ended by another': async () => {
    const { access } = await otherSession();
    await deleteAt(server, `/sessions/${sessionIdOf(account.access)}/`, access);
  },
  'another session sets up a second factor': async () => server.enrolApp(await otherSession()),
};

describe('a change of the address is refused', () => {
  it('while a password that was set by mail stands beside a second factor', async () => {
    await server.enrolApp(account);
    const set = 'UPDATE users SET password_by_mail = $2 WHERE id = $1';
    await server.dataSource.query(set, [account.user.id, true]);
    const { status, body } = await askChange(server, account, email);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    await server.dataSource.query(set, [account.user.id, false]);
    await server.dataSource.query('DELETE FROM mfa_send_budgets');
    expect((await askChange(server, account, email)).status).toBe(200);
  });

  it.each(Object.entries(ENDINGS))('once %s', async (_, end) => {
    const token = await changeToken(server, account, email);
    await end();
    expectProblem(await confirmChange(server, token), INVALID_TOKEN);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    expect(await countChanges(server, account.user)).toBe(0);
  });

  it.each(Object.entries(ENDINGS))('where %s right before it is confirmed', async (_, end) => {
    const token = await changeToken(server, account, email);
    beforeNextChange(server, end);
    expectProblem(await confirmChange(server, token), INVALID_TOKEN);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
  });

  // A session that goes on with a new password may begin one.
  const others = Object.entries(ENDINGS).filter(([name]) => name !== OWN_PASSWORD);
  it.each(others)('where %s right before it is begun', async (__, end) => {
    beforeNextChange(server, end);
    const { status, body } = await askChange(server, account, email);
    expect([status, body.code]).toEqual([
      401,
      expect.stringMatching(/^(token_not_valid|fresh_proof_required)$/),
    ]);
    const begun = 'SELECT count(*)::int AS begun FROM email_changes WHERE user_id = $1';
    expect(await server.dataSource.query(begun, [account.user.id])).toEqual([{ begun: 0 }]);
    expect(await mailsTo(server, { email })).toEqual([]);
  });

  it('by no factor that its own session has set up since', async () => {
    const token = await changeToken(server, account, email);
    await server.enrolApp(account);
    expect((await confirmChange(server, token)).status).toBe(200);
  });
});

describe('of many who confirm at once', () => {
  it('one wins: one answer, one event, one notice', async () => {
    const before = (await mailsTo(server, account.user)).length;
    const token = await changeToken(server, account, email);
    const confirmations = Array.from({ length: PARALLEL }, () => confirmChange(server, token));
    const { ok, invalid_token: refused = 0, rate_limited: busy = 0 } = await tally(confirmations);
    expect([ok, refused + busy]).toEqual([1, PARALLEL - 1]);
    expect(await addressOf(server, account.user)).toBe(email);
    expect(await countChanges(server, account.user)).toBe(1);
    expect(await mailsTo(server, account.user)).toHaveLength(before + 1);
  });

  it('one account gets an address that two have asked for, and the other keeps its own', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, other] = [await signUpConfirmed(server), await signUpConfirmed(server)];
      const wanted = freeAddress();
      const tokens = [
        await changeToken(server, one, wanted),
        await changeToken(server, other, wanted.toUpperCase()),
      ];
      const counts = await tally(tokens.map((token) => confirmChange(server, token)));
      expect(counts).toEqual({ ok: 1, invalid_token: 1 });
      const present = [await addressOf(server, one.user), await addressOf(server, other.user)];
      const kept = [one.user.email, other.user.email];
      expect(kept.filter((own) => present.includes(own))).toHaveLength(1);
      const changes = await Promise.all([one, other].map(({ user }) => countChanges(server, user)));
      expect(changes.sort()).toEqual([0, 1]);
    }
  });

  it('a registration that is confirmed at the same moment leaves one owner', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await signUpConfirmed(server);
      const claimant = await server.signUp();
      await server.deliverEvents();
      const claim = mailedToken(server, claimant.user.email, '/account/verify-email');
      const token = await changeToken(server, one, claimant.user.email);
      const counts = await tally([
        confirmChange(server, token),
        server.post('/email/verify/', { token: claim }),
      ]);
      expect(counts).toEqual({ ok: 1, invalid_token: 1 });
      const sql = 'SELECT id FROM users WHERE email = $1 AND email_verified_at IS NOT NULL';
      expect(await server.dataSource.query(sql, [claimant.user.email])).toHaveLength(1);
    }
  });
});

describe('links that reset the password', () => {
  it('end with the address that they went to, and go to the new one', async () => {
    await server.post('/password/reset/', { email: account.user.email });
    await server.deliverEvents();
    const open = mailedToken(server, account.user.email, '/account/reset-password');
    await confirmChange(server, await changeToken(server, account, email));
    const reset = { token: open, new_password: NEW_PASSWORD };
    expectProblem(await server.post('/password/reset/confirm/', reset), INVALID_TOKEN);
    const before = (await mailsTo(server, account.user)).length;
    await server.post('/password/reset/', { email: account.user.email });
    await server.post('/password/reset/', { email });
    expect(await mailsTo(server, account.user)).toHaveLength(before);
    const token = mailedToken(server, email, '/account/reset-password');
    const { status } = await server.post('/password/reset/confirm/', { ...reset, token });
    expect(status).toBe(200);
  });

  it('go to no address that was replaced while one was asked for', async () => {
    const before = (await mailsTo(server, account.user)).length;
    const token = await changeToken(server, account, email);
    beforeNextChange(server, () => confirmChange(server, token));
    await server.post('/password/reset/', { email: account.user.email });
    // The notice of the change alone.
    expect(await mailsTo(server, account.user)).toHaveLength(before + 1);
    expect(await addressOf(server, account.user)).toBe(email);
    const sql = 'SELECT count(*)::int AS links FROM password_reset_links WHERE user_id = $1';
    expect(await server.dataSource.query(sql, [account.user.id])).toEqual([{ links: 0 }]);
  });
});
