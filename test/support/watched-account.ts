import { noticesTo } from './security-emails.js';
import { type Reply } from './http-client.js';
import { type EnrolledApp, type SignedIn, type TestServer } from './server.js';

/** A person with a second factor, two sessions and an open login. */
export interface WatchedAccount {
  readonly account: SignedIn;
  readonly app: EnrolledApp;
  readonly other: SignedIn;
  /** The ephemeral token of the open login. */
  readonly pending: string;
}

/** Makes one, and delivers all its events. */
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

/** The number of a person's events of this type. */
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

/** The number of a person's sessions that have not been ended. */
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

/** The number of mails with this subject, after delivering what waits. */
export async function countMails(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
  about: RegExp,
): Promise<number> {
  const mails = await noticesTo(server, user);
  return mails.filter(({ subject }) => about.test(subject)).length;
}

/** Whether a password is right, with or without a second factor. */
export async function isPassword(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
  password: string,
): Promise<boolean> {
  const { status } = await server.login({ ...user, password });
  return status === 200;
}

/** Whether a session lives: the status of its access token, and then of its refresh token. */
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
