import { jest } from '@jest/globals';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { SystemRandomSource } from '../../src/mfa/contract/random.js';
import { resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { EventStore } from '../../src/mfa/core/ports/event-store.js';
import { BackupCodeStore } from '../../src/mfa/core/ports/stores.js';
import { SendBudgetStore } from '../../src/mfa/core/sending/send-budgets.js';
import { type EmailMessage, EmailHandler } from '../../src/mfa/handlers/email/index.js';
import { Inbox } from '../../src/mfa/testing/index.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const EMAIL = { handler: 'email', fields: {} };
const NO_CODES = { remaining: 0, total: 0 };

/** A gateway that delivers a message, and then answers whatever a test has it answer. */
class DoubtfulInbox extends Inbox {
  answer: () => Promise<void> = async () => {};

  override async send(message: EmailMessage): Promise<void> {
    await super.send(message);
    await this.answer();
  }
}

const inbox = new DoubtfulInbox();
let mfa: MfaHarness;
let people = 0;
const newSubject = () => mfa.parts.subjects.add(`doubtful${++people}`);
const lost = () => Promise.reject(new Error('The answer is lost.'));

beforeAll(async () => {
  const options = resolveMfaOptions({ secretKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
  const handlers = [new EmailHandler(options, new SystemRandomSource(), inbox)];
  mfa = await startMfa({ handlers, sendCooldownSeconds: 0 });
});
afterEach(() => {
  inbox.answer = async () => {};
  jest.restoreAllMocks();
});
afterAll(() => mfa.stop());

const setUp = (subject: Subject) => mfa.parts.enrolment.setUp(mfa.actor(subject), EMAIL);
const codesOf = (subject: Subject) => mfa.parts.backupCodes.count(mfa.actor(subject));

/** With the code that has arrived last. */
async function confirm(subject: Subject): Promise<void> {
  const proof = { code: inbox.lastCode(`${subject.id}@example.org`) };
  await mfa.parts.enrolment.confirm(mfa.actor(subject), { handler: 'email', proof });
}

describe('a code that arrives although its gateway does not say so', () => {
  it('confirms its set-up, and makes no backup codes live that nobody was shown', async () => {
    const subject = newSubject();
    inbox.answer = lost;
    await expect(setUp(subject)).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(await codesOf(subject)).toMatchObject(NO_CODES);
    await confirm(subject);
    expect(await codesOf(subject)).toMatchObject(NO_CODES);
    expect(await mfa.eventTypes(subject)).not.toContain('backup_codes_revoked');
  });

  it('leaves no such codes live where it confirms before the gateway answers', async () => {
    const subject = newSubject();
    inbox.answer = async () => {
      await confirm(subject);
      await lost();
    };
    await expect(setUp(subject)).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(await codesOf(subject)).toMatchObject(NO_CODES);
  });

  it('takes nothing from the codes of a set-up that came after it', async () => {
    const subject = newSubject();
    inbox.answer = async () => {
      inbox.answer = async () => {};
      const { backupCodes } = await setUp(subject);
      expect(backupCodes).toHaveLength(5);
      await lost();
    };
    await expect(setUp(subject)).rejects.toMatchObject({ code: 'delivery_failed' });
    await confirm(subject);
    expect(await codesOf(subject)).toMatchObject({ remaining: 5, total: 5 });
  });

  it('says that the sending failed also where its backup codes cannot be withdrawn', async () => {
    const subject = newSubject();
    inbox.answer = lost;
    const store = mfa.parts.get(BackupCodeStore);
    jest.spyOn(store, 'deleteSet').mockRejectedValueOnce(new Error('The database is gone.'));
    await expect(setUp(subject)).rejects.toMatchObject({ code: 'delivery_failed' });
  });

  it.each([
    ['its cool-down cannot be ended', () => jest.spyOn(mfa.parts.get(SendBudgetStore), 'release')],
    ['that cannot be recorded', () => jest.spyOn(mfa.parts.get(EventStore), 'append')],
  ])('says that the sending failed also where %s', async (_, spied) => {
    const subject = newSubject();
    inbox.answer = lost;
    const failing = spied().mockRejectedValueOnce(new Error('The database is gone.'));
    await expect(setUp(subject)).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(failing).toHaveBeenCalledTimes(1);
    expect(await codesOf(subject)).toMatchObject(NO_CODES);
  });
});

describe('a code that is sent', () => {
  it('is a success also where that cannot be recorded', async () => {
    const subject = newSubject();
    const events = mfa.parts.get(EventStore);
    jest.spyOn(events, 'append').mockRejectedValueOnce(new Error('The database is gone.'));
    const { backupCodes } = await setUp(subject);
    expect(backupCodes).toHaveLength(5);
    await confirm(subject);
    expect(await codesOf(subject)).toMatchObject({ remaining: 5 });
    expect(await mfa.eventTypes(subject)).not.toContain('code_sent');
  });

  it('opens the door of a login also where that cannot be recorded', async () => {
    const subject = newSubject();
    await setUp(subject);
    await confirm(subject);
    const events = mfa.parts.get(EventStore);
    jest.spyOn(events, 'append').mockRejectedValueOnce(new Error('The database is gone.'));
    const { challenge } = await mfa.begin(subject);
    expect(challenge).toEqual({ sent_to: 'd•••@example.org' });
  });
});
