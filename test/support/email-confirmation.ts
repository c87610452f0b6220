import { type SignedIn, type TestServer, type TestUser } from './server.js';

/** The events of addresses that are confirmed; the specs of that show each. */
export const EMAIL_EVENTS = ['email_verification_requested', 'email_verified'] as const;

/** Where the link of the mail leads. */
export const VERIFY_PAGE = '/account/verify-email';

/** Mails to a user so far; what waits is delivered first. */
export async function mailsTo(server: TestServer, { email }: Pick<TestUser, 'email'>) {
  await server.deliverEvents();
  return server.inbox.messages.filter(({ to }) => to === email);
}

/** Whether a user's answer says that the address is confirmed. */
export async function isVerified(server: TestServer, { access }: Pick<SignedIn, 'access'>) {
  const { body } = await server.get('/user/', access);
  return body.email_verified;
}

/** Which of {@link EMAIL_EVENTS} the audit of a user has, in their order. */
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

/** Has another mail sent that confirms the address. */
export const askAgain = (server: TestServer, { access }: Pick<SignedIn, 'access'>) =>
  server.post('/email/verification/', {}, access);
