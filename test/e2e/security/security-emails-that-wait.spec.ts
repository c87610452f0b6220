import { notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const HOUR = { seconds: 3600 };

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer({ MFA_STEP_UP_MAX_AGE: '86400' });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
  await server.deliverEvents();
  server.inbox.messages.length = 0;
});

const post = (path: string, body: object) => server.post(path, body, account.access);
const subjects = async () => (await noticesTo(server, account.user)).map(({ subject }) => subject);

/** Prefers one second factor and the other in turn, so often. */
async function movePrimary(moves: number): Promise<void> {
  for (let i = 0; i < moves; i++) {
    const method = i % 2 === 0 ? 'email' : 'app';
    expect((await post('/mfa/primary/', { method })).status).toBe(200);
  }
}

describe('a notice', () => {
  it('of a change that a session makes is never silent: beyond 20 in an hour it comes later', async () => {
    await server.enrolEmail(account);
    await movePrimary(25);
    const told = async () => {
      const mails = await noticesTo(server, account.user);
      return new Set(mails.filter(({ subject }) => /preferred/.test(subject)).map(notMeTokenIn))
        .size;
    };
    expect(await told()).toBe(20);
    server.clock.advance({ seconds: 3599 });
    expect(await told()).toBe(20);
    server.clock.advance({ seconds: 1 });
    expect(await told()).toBe(22);
    const texts = (await noticesTo(server, account.user)).slice(-2).map(({ text }) => text);
    expect(
      texts.map((text) => / (2 more times|once more) in that session/.exec(text)?.[1]),
    ).toEqual(['2 more times', 'once more']);
    expect(await server.dataSource.query('SELECT 1 FROM waiting_notices')).toEqual([]);
  });

  it('that waits has others of its session and kind join it, and is not tried before its hour', async () => {
    await server.enrolEmail(account);
    await movePrimary(120);
    await server.deliverEvents();
    const waiting = `SELECT attempts FROM mfa_outbox WHERE consumer = 'notices'`;
    expect(await server.dataSource.query(waiting)).toEqual([{ attempts: 1 }, { attempts: 1 }]);
    for (let minutes = 0; minutes < 59; minutes += 10) {
      server.clock.advance({ seconds: 600 - 1 });
      await server.deliverEvents();
    }
    expect(await server.dataSource.query(waiting)).toEqual([{ attempts: 1 }, { attempts: 1 }]);
  });

  it('that stands for many takes all of them back', async () => {
    await server.enrolEmail(account);
    await movePrimary(31);
    await server.deliverEvents();
    server.clock.advance(HOUR);
    const mail = (await noticesTo(server, account.user)).find(({ text }) =>
      /more times/.test(text),
    );
    const reply = await server.post('/repudiate/', { token: notMeTokenIn(mail ?? { text: '' }) });
    expect([reply.status, reply.body.undone.length]).toEqual([200, 11]);
  });

  it('tells again what has joined it while it was sent', async () => {
    await server.enrolEmail(account);
    await movePrimary(24);
    await server.deliverEvents();
    server.clock.advance(HOUR);
    const send = server.inbox.send.bind(server.inbox);
    server.inbox.send = async (mail) => {
      await server.dataSource.query('UPDATE waiting_notices SET more = more + 1');
      server.inbox.send = send;
      return send(mail);
    };
    const more = async () =>
      (await noticesTo(server, account.user)).flatMap(
        ({ text }) => / (\d more times|once more) in that/.exec(text)?.[1] ?? [],
      );
    expect((await more()).sort()).toEqual(['2 more times', 'once more']);
    server.clock.advance({ seconds: 10 });
    expect((await more()).sort()).toEqual(['2 more times', '2 more times', 'once more']);
  });

  it('of something else waits for none of them', async () => {
    await server.enrolEmail(account);
    await movePrimary(40);
    await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    expect(await subjects()).toContain('New backup codes were made');
  });
});
