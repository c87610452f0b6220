import { type MfaPending } from '../../src/mfa/core/login/login-outcome.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

let mfa: MfaHarness;
let people = 0;

beforeAll(async () => {
  mfa = await startMfa();
});
afterAll(() => mfa.stop());

function newUser(): Subject {
  const id = `waiting${++people}`;
  return mfa.parts.subjects.add(id, { addresses: { email: `${id}@example.org` } });
}

/** Somebody whose primary method is `email`. */
async function owner(): Promise<Subject> {
  const subject = newUser();
  await mfa.enrolEmail(subject);
  return subject;
}

function waitFor(seconds: number) {
  const detail = `A code was sent a moment ago, for another request that it alone answers. Ask for one for this request in ${seconds} seconds.`;
  return { delivery: 'wait', retry_after: seconds, detail };
}

async function resend(login: MfaPending): Promise<void> {
  const claims = mfa.parts.ephemeralTokens.verify(login.ephemeralToken);
  await mfa.parts.login.resend(claims, CLIENT);
}

async function changeTo(method: string, login: MfaPending): Promise<void> {
  const claims = mfa.parts.ephemeralTokens.verify(login.ephemeralToken);
  await mfa.parts.login.changeMethod(claims, method, CLIENT);
}

describe('two logins within the cool-down', () => {
  it('have one code sent, whichever comes first, and each code opens its own', async () => {
    const subject = await owner();
    const mails = mfa.parts.inbox.messages.length;
    const logins = await Promise.all([mfa.begin(subject), mfa.begin(subject)]);
    expect(mfa.parts.inbox.messages).toHaveLength(mails + 1);
    const [first, second] = logins.sort(({ challenge }) => (challenge?.['sent_to'] ? -1 : 1));
    expect(second.challenge).toEqual(waitFor(30));
    const firstCode = mfa.mailed(subject);
    const wrong = mfa.verify(second, firstCode);
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_code' });
    await expect(resend(second)).rejects.toMatchObject({
      code: 'send_too_soon',
      extras: { retryAfterSeconds: 30 },
    });
    mfa.parts.clock.advance({ seconds: 30 });
    await resend(second);
    await expect(mfa.verify(second, mfa.mailed(subject))).resolves.toHaveProperty('access');
    await expect(mfa.verify(first, firstCode)).resolves.toHaveProperty('access');
  });

  it('are told how long to wait', async () => {
    const subject = await owner();
    await mfa.begin(subject);
    mfa.parts.clock.advance({ seconds: 12 });
    expect((await mfa.begin(subject)).challenge).toEqual(waitFor(18));
  });
});

describe('after a right proof', () => {
  it('the next code is sent at once, and the cool-down begins anew', async () => {
    const subject = await owner();
    const login = await mfa.begin(subject);
    await mfa.verify(login, mfa.mailed(subject));
    expect((await mfa.begin(subject)).challenge).toHaveProperty('sent_to');
    mfa.parts.clock.advance({ seconds: 1 });
    expect((await mfa.begin(subject)).challenge).toEqual(waitFor(29));
  });

  it('also by a method that was chosen instead', async () => {
    const subject = await owner();
    const { secret } = await mfa.enrolApp(subject);
    const login = await mfa.begin(subject);
    await changeTo('app', login);
    await mfa.verify(login, mfa.totp(secret));
    expect((await mfa.begin(subject)).challenge).toHaveProperty('sent_to');
  });

  it('also by a backup code', async () => {
    const subject = newUser();
    const [backupCode = ''] = await mfa.enrolEmail(subject);
    await mfa.verify(await mfa.begin(subject), backupCode);
    expect((await mfa.begin(subject)).challenge).toHaveProperty('sent_to');
  });

  it('the budget counts on', async () => {
    const subject = await owner();
    mfa.parts.clock.advance({ seconds: 900 });
    for (let sent = 0; sent < 5; sent += 1) {
      await mfa.verify(await mfa.begin(subject), mfa.mailed(subject));
    }
    expect((await mfa.begin(subject)).challenge).toEqual({ delivery: 'failed', retry_after: 900 });
  });

  it('for one purpose the next code for another is not sent sooner', async () => {
    const subject = await owner();
    await mfa.parts.asking.send(mfa.actor(subject), 'email');
    await mfa.verify(await mfa.begin(subject), mfa.mailed(subject));
    const again = mfa.parts.asking.send(mfa.actor(subject), 'email');
    await expect(again).rejects.toMatchObject({ code: 'send_too_soon' });
  });
});
