import { RetentionService } from '../../../src/server/retention/retention.service.js';
import { type Cleaner } from '../../../src/server/retention/cleaner.js';
import { ReversalCleaner } from '../../../src/server/security-emails/reversal.cleaner.js';
import { WaitingSecurityEmailsCleaner } from '../../../src/server/security-emails/waiting-security-emails.cleaner.js';
import { FormerPasswordsCleaner } from '../../../src/server/account/passwords/former-passwords.cleaner.js';
import { PasswordResetLinksCleaner } from '../../../src/server/account/passwords/password-reset-links.cleaner.js';
import { EmailVerificationCleaner } from '../../../src/server/account/email/email-verification.cleaner.js';
import { EmailChangesCleaner } from '../../../src/server/account/email-change/email-changes.cleaner.js';
import { FormerAddressesCleaner } from '../../../src/server/account/email-change/former-addresses.cleaner.js';
import { SessionsCleaner } from '../../../src/server/sessions/sessions.cleaner.js';
import {
  askChange,
  changeToken,
  confirmChange,
  freeAddress,
  signUpConfirmed,
} from '../../support/email-change.js';
import { plansOf } from '../../support/plans.js';
import { startServer, type TestServer } from '../../support/server.js';

const DAY_SECONDS = 24 * 3600;

const cleanUp = (server: TestServer) => server.app.get(RetentionService, { strict: false }).run();

async function count(server: TestServer, table: string): Promise<number> {
  const [row] = await server.dataSource.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM ${table}`,
  );
  return row?.count ?? 0;
}

/** Sessions of a user that ended weeks ago. */
async function endedSessions(server: TestServer, rows: number): Promise<void> {
  const { user } = await server.signUp();
  await server.dataSource.query(
    `INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object(
       'id', gen_random_uuid(), 'expires_at', $3::timestamptz - interval '30 days'))).*
     FROM sessions s, generate_series(1, $2::int) WHERE s.user_id = $1`,
    [user.id, rows, server.clock.now()],
  );
}

describe('the clean-up of the server', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer({ SESSION_IDLE_SECONDS: String(7 * DAY_SECONDS) }, { races: true });
  });
  afterEach(() => server.stop());

  it('deletes what is over in all tables, those of the library among them', async () => {
    const { access } = await server.signUp();
    await server.enrolApp({ access });
    const challenges = await count(server, 'mfa_challenges');
    server.clock.advance({ seconds: 14 * DAY_SECONDS - 60 });
    expect(await cleanUp(server)).toMatchObject({ sessions: 0, mfa_challenges: challenges });
    server.clock.advance({ seconds: 60 });
    const cleaned = await cleanUp(server);
    expect(cleaned).toMatchObject({ sessions: 1, mfa_challenges: 0 });
    expect(Object.keys(cleaned ?? {}).sort()).toEqual([
      'email_changes',
      'email_confirmations',
      'former_addresses',
      'former_passwords',
      'mfa_challenges',
      'mfa_changes',
      'mfa_devices',
      'mfa_outbox',
      'mfa_send_budgets',
      'mfa_session_attempts',
      'mfa_spent_nonces',
      'password_reset_links',
      'repudiation_tokens',
      'sessions',
      'waiting_notices',
    ]);
    expect(await count(server, 'users')).toBe(1);
    expect(await count(server, 'clean_up_leases')).toBe(0);
  });

  it('keeps a session that was ended while a token of it could come back', async () => {
    const { refresh } = await server.signUp();
    await server.post('/logout/', { refresh });
    server.clock.advance({ seconds: 7 * DAY_SECONDS - 1 });
    expect(await cleanUp(server)).toMatchObject({ sessions: 0 });
  });

  it('deletes links of notices an hour after their end, used or not', async () => {
    const { access } = await server.signUp();
    await server.enrolApp({ access });
    await server.deliverEvents();
    expect(await count(server, 'repudiation_tokens')).toBe(1);
    server.clock.advance({ seconds: 3 * DAY_SECONDS + 3599 });
    expect(await cleanUp(server)).toMatchObject({ repudiation_tokens: 0 });
    server.clock.advance({ seconds: 1 });
    expect(await cleanUp(server)).toMatchObject({ repudiation_tokens: 1 });
  });

  it('deletes links of password resets an hour after their end, used or not', async () => {
    const { user } = await server.signUp();
    for (let i = 0; i < 2; i++) await server.post('/password/reset/', { email: user.email });
    await server.deliverEvents();
    const spend = 'UPDATE password_reset_links SET spent_at = requested_at WHERE id = ';
    await server.dataSource.query(`${spend} (SELECT id FROM password_reset_links LIMIT 1)`);
    server.clock.advance({ seconds: 3600 + 3599 });
    expect(await cleanUp(server)).toMatchObject({ password_reset_links: 0 });
    server.clock.advance({ seconds: 1 });
    expect(await cleanUp(server)).toMatchObject({ password_reset_links: 2 });
  });

  it('deletes passwords of before once no link can put them back', async () => {
    const { user, access } = await server.signUp();
    const changed = { old_password: user.password, new_password: 'another horse battery' };
    expect((await server.post('/password/change/', changed, access)).status).toBe(200);
    server.clock.advance({ seconds: 6 * DAY_SECONDS + 3599 });
    expect(await cleanUp(server)).toMatchObject({ former_passwords: 0 });
    server.clock.advance({ seconds: 1 });
    expect(await cleanUp(server)).toMatchObject({ former_passwords: 1 });
  });

  it('deletes no more links at once than it may, the oldest first', async () => {
    const { user } = await server.signUp();
    await server.dataSource.query(
      `INSERT INTO repudiation_tokens (tag, user_id, delivery_id, address_tag, event_type, event_seq,
         event_at, created_at, expires_at)
       SELECT 't' || n, $1, gen_random_uuid(), 'a', 'method_locked', n, $2, $2,
         $2::timestamptz - interval '1 day' + n * interval '1 second' FROM generate_series(1, 7) AS n`,
      [user.id, server.clock.now()],
    );
    const cleaner = server.app.get(ReversalCleaner, { strict: false });
    const scope = { now: server.clock.now(), maxRows: 5 };
    expect(await cleaner.clean(scope)).toEqual({ repudiation_tokens: 5 });
    expect(await count(server, `repudiation_tokens WHERE tag IN ('t6', 't7')`)).toBe(2);
  });

  it('deletes counts of mails to confirm an address an hour after their day, some at once', async () => {
    await server.dataSource.query(
      `INSERT INTO email_confirmations
       SELECT gen_random_uuid(), 'a', $1::timestamptz - n * interval '1 second'
       FROM generate_series(0, 6) AS n`,
      [server.clock.now()],
    );
    server.clock.advance({ seconds: DAY_SECONDS + 3600 - 1 });
    const cleaner = server.app.get(EmailVerificationCleaner, { strict: false });
    const clean = (maxRows: number) => cleaner.clean({ now: server.clock.now(), maxRows });
    expect(await clean(4)).toEqual({ email_confirmations: 4 });
    expect(await clean(4)).toEqual({ email_confirmations: 2 });
    server.clock.advance({ seconds: 1 });
    expect(await clean(4)).toEqual({ email_confirmations: 1 });
  });

  it('deletes changes of addresses an hour after their end, and former ones with the last link', async () => {
    const sibling = await server.startSibling({ EMAIL_VERIFICATION: 'link' });
    const account = await signUpConfirmed(sibling);
    const token = await changeToken(sibling, account, freeAddress());
    expect((await confirmChange(sibling, token)).status).toBe(200);
    await askChange(sibling, await signUpConfirmed(sibling), freeAddress());
    await sibling.stop();
    server.clock.advance({ seconds: 3600 + 3599 });
    expect(await cleanUp(server)).toMatchObject({ email_changes: 0, former_addresses: 0 });
    server.clock.advance({ seconds: 1 });
    expect(await cleanUp(server)).toMatchObject({ email_changes: 2, former_addresses: 0 });
    server.clock.advance({ seconds: 6 * DAY_SECONDS - 3601 });
    expect(await cleanUp(server)).toMatchObject({ former_addresses: 0 });
    server.clock.advance({ seconds: 1 });
    expect(await cleanUp(server)).toMatchObject({ former_addresses: 1 });
  });

  it('is one server at a time', async () => {
    const sibling = await server.startSibling({}, { races: true });
    await endedSessions(server, 1500);
    const both = await Promise.all([cleanUp(server), cleanUp(sibling)]);
    const deleted = both.map((cleaned) => cleaned?.['sessions'] ?? 0);
    expect(deleted.reduce((sum, rows) => sum + rows)).toBe(1500);
    expect(await count(server, 'sessions')).toBe(1);
    await sibling.stop();
  });

  it('is left alone while another server holds the lease, until the lease ends', async () => {
    await endedSessions(server, 1);
    await server.dataSource.query(
      `INSERT INTO clean_up_leases VALUES ('clean-up', gen_random_uuid(), $1)`,
      [new Date(server.clock.now().getTime() + 600_000)],
    );
    expect(await cleanUp(server)).toBeNull();
    server.clock.advance({ seconds: 600 });
    expect(await cleanUp(server)).toMatchObject({ sessions: 1 });
  });

  it('gives the lease back when it fails', async () => {
    await server.dataSource.query('ALTER TABLE sessions RENAME TO gone');
    await expect(cleanUp(server)).rejects.toThrow('sessions');
    await server.dataSource.query('ALTER TABLE gone RENAME TO sessions');
    expect(await cleanUp(server)).toMatchObject({ sessions: 0 });
  });

  it.each([
    [SessionsCleaner, 'sessions_expires_at_idx'],
    [ReversalCleaner, 'repudiation_tokens_expires_at_idx'],
    [WaitingSecurityEmailsCleaner, 'waiting_notices_created_at_idx'],
    [FormerPasswordsCleaner, 'former_passwords_replaced_at_idx'],
    [PasswordResetLinksCleaner, 'password_reset_links_expires_at_idx'],
    [EmailVerificationCleaner, 'email_confirmations_sent_at_idx'],
    [EmailChangesCleaner, 'email_changes_expires_at_idx'],
    [FormerAddressesCleaner, 'former_addresses_replaced_at_idx'],
  ] as const)('finds what it deletes by an index: %p', async (type, index) => {
    const cleaner: Cleaner = server.app.get<Cleaner>(type, { strict: false });
    const scope = { now: server.clock.now(), maxRows: 10 };
    expect(await plansOf(server.dataSource, () => cleaner.clean(scope))).toEqual([
      expect.stringContaining(`Index Scan using ${index}`),
    ]);
  });
});
