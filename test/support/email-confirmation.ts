import { type SignedIn, type TestServer, type TestUser } from './server.js';

/** The events of the confirmation of addresses. */
export const EMAIL_EVENTS = ['email_verification_requested', 'email_verified'] as const;

/** The page that the link in the mail leads to. */
export const VERIFY_PAGE = '/account/verify-email';

/** Mails to a user so far, after delivering what waits. */
export async function mailsTo(server: TestServer, { email }: Pick<TestUser, 'email'>) {
  await server.deliverEvents();
  return server.inbox.messages.filter(({ to }) => to === email);
}

/** Whether the API says that the user's address is confirmed. */
export async function isVerified(server: TestServer, { access }: Pick<SignedIn, 'access'>) {
  const { body } = await server.get('/user/', access);
  return body.email_verified;
}

/** The {@link EMAIL_EVENTS} in the audit of a user, in order. */
export async function emailEventsOf(
  server: TestServer,
  { id }: Pick<TestUser, 'id'>,
): Promise<string[]> {
  const rows = await server.dataSource.query<{ type: string }[]>(
    `SELECT type FROM mfa_events WHERE user_id = $1 AND type = ANY($2) ORDER BY seq`,
    [id, [...EMAIL_EVENTS]],
  );
  return rows.map(({ type }) => type);
}

/** Requests another mail to confirm the address. */
export const askAgain = (server: TestServer, { access }: Pick<SignedIn, 'access'>) =>
  server.post('/email/verification/', {}, access);
