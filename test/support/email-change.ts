import { type Reply } from './http-client.js';
import { mailedToken } from './route-bodies.js';
import { type SignedIn, type TestServer, type TestUser } from './server.js';

/** The page that the link in the mail leads to. */
export const CHANGE_PAGE = '/account/change-email';

/** The events of a change of an address, in order. */
export const EMAIL_CHANGE_EVENTS = ['email_change_requested', 'email_changed'] as const;

let addresses = 0;

/** An address that no account has. */
export const freeAddress = (): string => `moved${++addresses}@example.net`;

/** A new account that has confirmed its address, signed in. Its network may ask for mails again. */
export async function signUpConfirmed(server: TestServer): Promise<SignedIn> {
  await server.dataSource.query('DELETE FROM mfa_send_budgets');
  const account = await server.signUp();
  await server.deliverEvents();
  await server.dataSource.query(
    'UPDATE users SET email_verified_at = $2, email_code_tag = NULL WHERE id = $1',
    [account.user.id, server.clock.now()],
  );
  return account;
}

/** Asks for another address. */
export const askChange = (
  server: TestServer,
  { access }: Pick<SignedIn, 'access'>,
  email: string,
): Promise<Reply> => server.post('/email/change/', { email }, access);

/** Asks for another address, which works. @returns the token of the link that was mailed there */
export async function changeToken(
  server: TestServer,
  account: Pick<SignedIn, 'access'>,
  email: string,
): Promise<string> {
  const { status, body } = await askChange(server, account, email);
  if (status !== 200) throw new Error(`It was refused: ${body.code}.`);
  await server.deliverEvents();
  return mailedToken(server, email, CHANGE_PAGE);
}

/** Opens the link. */
export const confirmChange = (server: TestServer, token: string): Promise<Reply> =>
  server.post('/email/change/confirm/', { token });

/** The address that a user has. */
export async function addressOf(
  server: TestServer,
  { id }: Pick<TestUser, 'id'>,
): Promise<string | null> {
  const [user] = await server.dataSource.query<{ email: string | null }[]>(
    'SELECT email FROM users WHERE id = $1',
    [id],
  );
  return user?.email ?? null;
}

/** How often a user's address was changed, by the audit. */
export async function countChanges(
  server: TestServer,
  { id }: Pick<TestUser, 'id'>,
): Promise<number> {
  const [row] = await server.dataSource.query<{ changes: number }[]>(
    `SELECT count(*)::int AS changes FROM mfa_events WHERE user_id = $1 AND type = 'email_changed'`,
    [id],
  );
  return row?.changes ?? 0;
}
