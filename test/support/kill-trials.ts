import { expect } from '@jest/globals';
import { MAIL_DELIVERY_SECONDS } from '../../src/server/delivery/mail/mailer.js';
import { type HttpClient, type Reply } from './http-client.js';
import { noticesTo, notMeTokenIn } from './security-emails.js';
import { type SignedIn, type TestServer } from './server.js';
import { isTold, type Trial } from './succession.js';
import {
  countEvents,
  countMails,
  countSessions,
  isPassword,
  prepareWatchedAccount,
  sessionStatuses,
  type WatchedAccount,
} from './watched-account.js';

const NEW_PASSWORD = 'another horse battery';
const THIRD_PASSWORD = 'a third horse battery';
const GOES_ON = [200, 200];
const IS_OVER = [401, 401];

/** The stored state without and with the change of the password. */
const PASSWORD_STATES = {
  undone: {
    sessions: 2,
    events: 0,
    notices: 0,
    isPendingOpen: true,
    passwords: { old: true, new: false },
    present: GOES_ON,
    other: GOES_ON,
  },
  done: {
    sessions: 1,
    events: 1,
    notices: 1,
    isPendingOpen: false,
    passwords: { old: false, new: true },
    present: GOES_ON,
    other: IS_OVER,
  },
};

/** Reads stored rows first, because the logins below add some. */
async function stateOfPassword(server: TestServer, watched: WatchedAccount): Promise<unknown> {
  const { account, app, other, pending } = watched;
  return {
    sessions: await countSessions(server, account),
    events: await countEvents(server, account, 'password_changed'),
    notices: await countMails(server, account, /password was changed/),
    isPendingOpen: (await server.verifyLogin(pending, server.totp(app.secret))).status === 200,
    passwords: {
      old: await isPassword(server, account, account.user.password),
      new: await isPassword(server, account, NEW_PASSWORD),
    },
    present: await sessionStatuses(server, account),
    other: await sessionStatuses(server, other),
  };
}

const changePassword = (
  server: HttpClient,
  { account }: WatchedAccount,
  [old_password, new_password]: readonly [from: string, to: string],
): Promise<Reply> =>
  server.post('/password/change/', { old_password, new_password }, account.access);

/** A change of the password, followed by another. */
export const PASSWORD_CHANGE = {
  prepare: prepareWatchedAccount,
  act: (server: HttpClient, watched: WatchedAccount) =>
    isTold(changePassword(server, watched, [watched.account.user.password, NEW_PASSWORD])),
  async inspect(server: TestServer, watched: WatchedAccount) {
    const { account } = watched;
    const isDone = (await countEvents(server, account, 'password_changed')) === 1;
    const { done, undone } = PASSWORD_STATES;
    expect(await stateOfPassword(server, watched)).toEqual(isDone ? done : undone);
    const present = isDone ? NEW_PASSWORD : account.user.password;
    const again = await changePassword(server, watched, [present, THIRD_PASSWORD]);
    expect(again.status).toBe(200);
    expect(await isPassword(server, account, present)).toBe(false);
    expect(await isPassword(server, account, THIRD_PASSWORD)).toBe(true);
    return isDone;
  },
} satisfies Trial<WatchedAccount>;

/** A person who has the link of a security e-mail. */
interface WarnedAccount extends WatchedAccount {
  readonly token: string;
}

/** The stored state before and after the link is followed. */
const ACCOUNT_STATES = {
  undone: {
    spentLinks: 0,
    waitingNotices: 0,
    events: 0,
    methods: ['app'],
    backupCodes: 5,
    sessions: 2,
    openLogins: 1,
    isFrozen: false,
  },
  done: {
    spentLinks: 1,
    // One says that the change was undone, one that backup codes no longer work.
    waitingNotices: 2,
    events: 1,
    methods: [],
    backupCodes: 0,
    sessions: 0,
    openLogins: 0,
    isFrozen: true,
  },
};

/** The mail about the reversal has no link: its row only counts the mail. */
const STATE_OF_ACCOUNT = `
  SELECT
    (SELECT count(*)::int FROM repudiation_tokens
      WHERE user_id = u.id AND spent_at IS NOT NULL
        AND event_type <> 'change_repudiated') AS "spentLinks",
    (SELECT count(*)::int FROM mfa_outbox
      WHERE user_id = u.id::text AND consumer = 'notices') AS "waitingNotices",
    (SELECT count(*)::int FROM mfa_events
      WHERE user_id = u.id::text AND type = 'change_repudiated') AS events,
    ARRAY(SELECT handler FROM mfa_methods WHERE user_id = u.id::text) AS methods,
    (SELECT count(*)::int FROM mfa_backup_codes WHERE user_id = u.id::text) AS "backupCodes",
    (SELECT count(*)::int FROM sessions WHERE user_id = u.id AND ended_at IS NULL) AS sessions,
    (SELECT count(*)::int FROM mfa_challenges
      WHERE user_id = u.id::text AND consumed_at IS NULL) AS "openLogins",
    u.frozen_at IS NOT NULL AS "isFrozen"
  FROM users u WHERE u.id = $1`;

async function stateOfAccount(server: TestServer, { account }: WatchedAccount): Promise<unknown> {
  const rows = await server.dataSource.query<unknown[]>(STATE_OF_ACCOUNT, [account.user.id]);
  return rows[0];
}

const repudiate = (server: HttpClient, { token }: WarnedAccount): Promise<Reply> =>
  server.post('/repudiate/', { token });

/** A "this was not me" link, followed again until it is spent. */
export const NOT_ME = {
  async prepare(server: TestServer): Promise<WarnedAccount> {
    const watched = await prepareWatchedAccount(server);
    const mails = await noticesTo(server, watched.account.user);
    const mail = mails.find(({ subject }) => /second factor was added/.test(subject));
    return { ...watched, token: notMeTokenIn(mail ?? { text: '' }) };
  },
  act: (server: HttpClient, warned: WarnedAccount) => isTold(repudiate(server, warned)),
  async inspect(server: TestServer, warned: WarnedAccount) {
    const { account, other } = warned;
    const isDone = (await countEvents(server, account, 'change_repudiated')) === 1;
    const { done, undone } = ACCOUNT_STATES;
    expect(await stateOfAccount(server, warned)).toEqual(isDone ? done : undone);
    expect(await countMails(server, account, /account is secured/)).toBe(isDone ? 1 : 0);
    const again = await repudiate(server, warned);
    expect(again.body.code).toBe(isDone ? 'invalid_token' : undefined);
    expect(await countMails(server, account, /account is secured/)).toBe(1);
    expect(await stateOfAccount(server, warned)).toEqual({ ...done, waitingNotices: 0 });
    expect(await isPassword(server, account, account.user.password)).toBe(false);
    expect(await sessionStatuses(server, account)).toEqual(IS_OVER);
    expect(await sessionStatuses(server, other)).toEqual(IS_OVER);
    return isDone;
  },
} satisfies Trial<WarnedAccount>;

/** A person who must be told of a second factor. */
interface UntoldAccount {
  readonly account: SignedIn;
  /** Counts the mails about it from the server that may die. */
  readonly countMailed: () => number;
}

const ADDED = /second factor was added/;
/** After this time others take over the deliveries of a dead server: mails may take minutes. */
const LEASE_SECONDS = MAIL_DELIVERY_SECONDS + 60;

async function countWaiting({ dataSource }: TestServer, { user }: SignedIn): Promise<number> {
  const rows = await dataSource.query<unknown[]>('SELECT 1 FROM mfa_outbox WHERE user_id = $1', [
    user.id,
  ]);
  return rows.length;
}

/** The delivery of waiting events to a person who must be told. */
export const DELIVERY = {
  async prepare(server: TestServer): Promise<UntoldAccount> {
    const account = await server.signUp();
    await server.deliverEvents();
    await server.enrolApp(account);
    const countMailed = () =>
      server.inbox.messages.filter(
        ({ to, subject }) => to === account.user.email && ADDED.test(subject),
      ).length;
    return { account, countMailed };
  },
  async act(server: TestServer) {
    await server.deliverEvents();
    return true;
  },
  async inspect(server: TestServer, { account, countMailed }: UntoldAccount) {
    const isDone = (await countWaiting(server, account)) === 0;
    const before = countMailed();
    server.clock.advance({ seconds: LEASE_SECONDS });
    const after = await countMails(server, account, ADDED);
    expect(await countWaiting(server, account)).toBe(0);
    expect(before + (isDone ? 0 : after)).toBeGreaterThan(0);
    expect(Math.max(before, after)).toBe(1);
    return isDone;
  },
} satisfies Trial<UntoldAccount>;
