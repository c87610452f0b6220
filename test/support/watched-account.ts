import { noticesTo } from './security-emails.js';
import { type Reply } from './http-client.js';
import { type EnrolledApp, type SignedIn, type TestServer } from './server.js';

/** Somebody with a second factor, two sessions and an open login. */
export interface WatchedAccount {
  readonly account: SignedIn;
  readonly app: EnrolledApp;
  readonly other: SignedIn;
  /** The ephemeral token of the open login. */
  readonly pending: string;
}

/** Makes one, and has everything told that is to be told of it. */
export async function prepareWatchedAccount(server: TestServer): Promise<WatchedAccount> {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  const login = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(login, server.totp(app.secret));
  server.clock.advance({ seconds: 30 });
  const other = { user: account.user, access: body.access, refresh: body.refresh };
  const pending = await server.beginLogin(account.user);
  await server.deliverEvents();
  return { account, app, other, pending };
}

/** How often an event of this type was recorded of somebody. */
export async function countEvents(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
  type: string,
): Promise<number> {
  const rows = await server.dataSource.query<unknown[]>(
    'SELECT 1 FROM mfa_events WHERE user_id = $1 AND type = $2',
    [user.id, type],
  );
  return rows.length;
}

/** How many sessions of somebody have not been ended. */
export async function countSessions(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
): Promise<number> {
  const rows = await server.dataSource.query<unknown[]>(
    'SELECT 1 FROM sessions WHERE user_id = $1 AND ended_at IS NULL',
    [user.id],
  );
  return rows.length;
}

/** How many mails with this subject have come, when everything that waits is delivered. */
export async function countMails(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
  about: RegExp,
): Promise<number> {
  const mails = await noticesTo(server, user);
  return mails.filter(({ subject }) => about.test(subject)).length;
}

/** Whether a password is right, whatever is asked for after it. */
export async function isPassword(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
  password: string,
): Promise<boolean> {
  const { status } = await server.login({ ...user, password });
  return status === 200;
}

/** Whether a session goes on: what its access token is answered, and then its refresh token. */
export async function sessionStatuses(
  server: TestServer,
  { access, refresh }: Pick<SignedIn, 'access' | 'refresh'>,
): Promise<[access: number, refresh: number]> {
  const statusOf = async (reply: Promise<Reply>) => (await reply).status;
  return [
    await statusOf(server.get('/user/', access)),
    await statusOf(server.post('/token/refresh/', { refresh })),
  ];
}
