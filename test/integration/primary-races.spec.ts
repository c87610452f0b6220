import { jest } from '@jest/globals';
import { type Actor } from '../../src/mfa/core/access/actor.js';
import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { OutboxWorker } from '../../src/mfa/core/events/outbox-worker.js';
import { ChangeReversal } from '../../src/mfa/core/reversal/change-reversal.js';
import { UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { AppHandler } from '../../src/mfa/handlers/app/index.js';
import { EmailHandler } from '../../src/mfa/handlers/email/index.js';
import { SystemRandomSource } from '../../src/mfa/contract/random.js';
import {
  type MfaModuleOptions,
  resolveMfaOptions,
} from '../../src/mfa/core/options/mfa.options.js';
import { Inbox } from '../../src/mfa/testing/index.js';
import { afterNextReading } from '../support/after-next-reading.js';
import { KeepingConsumer } from '../support/keeping-consumer.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

let consumer: KeepingConsumer;
let mfa: MfaHarness;
let ada: Subject;
let secret: string;

/** Somebody with three methods, of which `app` is the primary one. */
async function start(changes: Partial<MfaModuleOptions> = {}): Promise<void> {
  consumer = new KeepingConsumer();
  const inbox = new Inbox();
  const options = resolveMfaOptions({ secretKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
  const random = new SystemRandomSource();
  const handlers = [
    new AppHandler(options, random),
    new EmailHandler(options, random, inbox),
    new EmailHandler(options, random, inbox, { name: 'second' }),
  ];
  mfa = await startMfa({ consumers: [consumer], handlers, ...changes });
  ada = mfa.parts.subjects.add('ada');
  const set = await mfa.parts.enrolment.setUp(by('owner'), { handler: 'app', fields: {} });
  secret = String(set.setupData['secret']);
  await confirm('app', mfa.totp(secret));
  for (const method of ['email', 'second']) {
    await mfa.parts.enrolment.setUp(by('owner'), { handler: method, fields: {} });
    await confirm(method, inbox.lastCode('ada@example.org'));
  }
}
afterEach(async () => {
  jest.restoreAllMocks();
  await mfa.stop();
});

const by = (sessionId: string): Actor => ({ ...mfa.actor(ada), sessionId });

async function confirm(method: string, code: string): Promise<void> {
  await mfa.parts.enrolment.confirm(by('owner'), { handler: method, proof: { code } });
  mfa.parts.clock.advance({ seconds: 31 });
}

const prefer = (session: string, method: string, code?: string) =>
  mfa.parts.methods.makePrimary(by(session), method, code === undefined ? null : { code });

async function primary(): Promise<string | undefined> {
  const listed = await mfa.parts.methods.list(by('owner'));
  return listed.find(({ isPrimary }) => isPrimary)?.name;
}

async function undoNewest(): Promise<void> {
  await mfa.parts.get(OutboxWorker).runOnce();
  const event = consumer.taken
    .map((taken) => taken.event)
    .findLast(({ type }) => type === 'primary_changed');
  if (event === undefined) throw new Error('There was no such change.');
  await mfa.parts
    .get(UnitOfWork)
    .runForAccount(ada.id, (own) =>
      mfa.parts.get(ChangeReversal).undo({ ...event, subjectId: ada.id }, own),
    );
}

it('goes back to the method that was primary by the time of the change', async () => {
  await start();
  afterNextReading(mfa, () => prefer('owner', 'email'));
  await prefer('thief', 'second');
  expect(await primary()).toBe('second');
  await undoNewest();
  expect(await primary()).toBe('email');
});

it('is not authorised by the proof of what is primary no more', async () => {
  await start({ updatePrimaryMethodRequiredPrimaryCode: true });
  const attempts: AttemptStore = mfa.parts.get(AttemptStore);
  const spend = attempts.spend.bind(attempts);
  jest.spyOn(attempts, 'spend').mockImplementationOnce(async (request) => {
    await mfa.parts.dataSource.query('UPDATE mfa_methods SET is_primary = false');
    await mfa.parts.dataSource.query(
      `UPDATE mfa_methods SET is_primary = true WHERE handler = 'email'`,
    );
    return spend(request);
  });
  await expect(prefer('thief', 'second', mfa.totp(secret))).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(await primary()).toBe('email');
  expect(await mfa.count('mfa_changes')).toBe(3);
});
