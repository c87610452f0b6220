import { jest } from '@jest/globals';
import { MfaAccounts } from '../../src/mfa/core/methods/accounts.js';
import { type MfaHandler, type Subject } from '../../src/mfa/contract/handler.js';
import { HandlerRegistry } from '../../src/mfa/core/ceremony/handler-registry.js';
import { MfaRetention } from '../../src/mfa/persistence/retention/mfa-retention.js';
import { AppHandler } from '../../src/mfa/handlers/app/index.js';
import { resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { FakeRandomSource } from '../../src/mfa/testing/index.js';
import { KeepingConsumer } from '../support/keeping-consumer.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { rememberWithin } from '../support/remember-within.js';

const TABLES = [
  ...['mfa_accounts', 'mfa_methods', 'mfa_challenges'],
  ...['mfa_backup_codes', 'mfa_events', 'mfa_send_budgets'],
  ...['mfa_event_heads', 'mfa_outbox', 'mfa_session_attempts', 'mfa_changes'],
  'mfa_devices',
];

describe('MfaAccounts.forget', () => {
  let mfa: MfaHarness;
  beforeAll(async () => {
    mfa = await startMfa({ consumers: [new KeepingConsumer()] });
  });
  afterAll(() => mfa.stop());

  /** How many rows of a subject each table has. */
  async function rowsOf(subject: Subject): Promise<Record<string, number>> {
    const counts = TABLES.map(async (table) => {
      const rows = await mfa.parts.dataSource.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM ${table} WHERE user_id = $1`,
        [subject.id],
      );
      return [table, rows[0]?.count ?? -1] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  }

  async function fullAccount(id: string): Promise<Subject> {
    const subject = mfa.parts.subjects.add(id);
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await mfa.begin(subject);
    const wrong = mfa.parts.backupCodes.regenerate(mfa.actor(subject), { code: '000000' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_code' });
    await rememberWithin(mfa, subject);
    return subject;
  }

  it('leaves no row of the subject in any table, and those of others as they are', async () => {
    const [gone, stays] = [await fullAccount('gone'), await fullAccount('gone2')];
    const before = await rowsOf(stays);
    expect(Object.values(await rowsOf(gone)).every((count) => count > 0)).toBe(true);
    await mfa.parts.get(MfaAccounts).forget(gone.id);
    expect(Object.values(await rowsOf(gone)).every((count) => count === 0)).toBe(true);
    expect(await rowsOf(stays)).toEqual(before);
  });

  it('ends an open login, and lets the account begin anew', async () => {
    const subject = await fullAccount('again');
    const pending = await mfa.begin(subject);
    await mfa.parts.get(MfaAccounts).forget(subject.id);
    await expect(mfa.verify(pending, '000000')).rejects.toMatchObject({ code: 'invalid_token' });
    await expect(mfa.enrolApp(subject)).resolves.toHaveProperty('secret');
  });

  it('does nothing for a subject of whom nothing is kept', async () => {
    const stranger = mfa.parts.subjects.add('stranger');
    await mfa.parts.get(MfaAccounts).forget(stranger.id);
    expect(Object.values(await rowsOf(stranger)).every((count) => count === 0)).toBe(true);
  });
});

describe('disposal', () => {
  /** An `app` that says what it was told to let go. */
  class RecordingHandler extends AppHandler {
    readonly disposed: string[] = [];

    readonly dispose: NonNullable<MfaHandler['dispose']> = async ({ subjectId }) => {
      this.disposed.push(subjectId);
      if (subjectId === 'unlucky') throw new Error('The far side is down.');
    };
  }

  let mfa: MfaHarness;
  let handler: RecordingHandler;
  beforeAll(async () => {
    const options = resolveMfaOptions({ secretKeys: [{ id: 'k', key: Buffer.alloc(32, 7) }] });
    handler = new RecordingHandler(options, new FakeRandomSource());
    mfa = await startMfa({ handlers: [handler] });
  });
  afterAll(() => mfa.stop());
  beforeEach(() => handler.disposed.splice(0));

  it('is told of each authenticator of a subject who is forgotten', async () => {
    const subject = mfa.parts.subjects.add('two');
    const actor = mfa.actor(subject);
    await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: { label: 'Phone' } });
    await mfa.parts.enrolment.setUp(actor, { handler: 'app', fields: { label: 'Tablet' } });
    await mfa.parts.get(MfaAccounts).forget(subject.id);
    expect(handler.disposed).toEqual(['two', 'two']);
  });

  it('is told of what a new set-up takes the place of', async () => {
    const subject = mfa.parts.subjects.add('replacing');
    await mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'app', fields: {} });
    expect(handler.disposed).toEqual([]);
    await mfa.parts.enrolment.setUp(mfa.actor(subject), { handler: 'app', fields: {} });
    expect(handler.disposed).toEqual(['replacing']);
  });

  const DAYS = { seconds: 86_400 };

  async function cleanUp(days: number): Promise<void> {
    for (let day = 0; day < days; day++) mfa.parts.clock.advance(DAYS);
    await mfa.parts.get(MfaRetention).run({ now: mfa.parts.clock.now(), maxRows: 1000 });
  }

  it('is told of what was removed once it cannot come back any more', async () => {
    const subject = mfa.parts.subjects.add('removing');
    await mfa.enrolApp(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    // Told after three days of a broken mail server, a person has three days to answer.
    await cleanUp(6);
    expect(handler.disposed).toEqual([]);
    mfa.parts.clock.advance({ seconds: 3601 });
    await cleanUp(0);
    expect(handler.disposed).toEqual(['removing']);
    expect(await mfa.count('mfa_changes')).toBe(0);
  });

  it('is told of one of several that was removed, and of no other', async () => {
    const subject = mfa.parts.subjects.add('several');
    await mfa.enrolApp(subject);
    const actor = mfa.actor(subject);
    const set = await mfa.parts.enrolment.setUp(actor, {
      handler: 'app',
      fields: { label: 'Tablet' },
    });
    const id = set.authenticatorId ?? '';
    const proof = { code: mfa.totp(String(set.setupData['secret'])) };
    await mfa.parts.enrolment.confirm(actor, { handler: 'app', authenticatorId: id, proof });
    await mfa.parts.removal.authenticator(mfa.actor(subject), id, null);
    await cleanUp(7);
    expect(handler.disposed).toEqual(['several']);
  });

  it('is told of what was removed when its subject is forgotten', async () => {
    const subject = mfa.parts.subjects.add('leaving');
    await mfa.enrolApp(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    await mfa.parts.get(MfaAccounts).forget(subject.id);
    expect(handler.disposed).toEqual(['leaving']);
  });

  it('is told of nothing where it is no longer on offer', async () => {
    const subject = mfa.parts.subjects.add('no-handler');
    await mfa.enrolApp(subject);
    await mfa.parts.removal.method(mfa.actor(subject), 'app', null);
    const has = jest.spyOn(mfa.parts.get(HandlerRegistry), 'has').mockReturnValue(false);
    await cleanUp(7);
    has.mockRestore();
    expect(handler.disposed).toEqual([]);
    expect(await mfa.count('mfa_changes')).toBe(0);
  });

  it('keeps nothing back when the handler fails', async () => {
    const subject = mfa.parts.subjects.add('unlucky');
    await mfa.enrolApp(subject);
    await mfa.parts.get(MfaAccounts).forget(subject.id);
    expect(handler.disposed).toEqual(['unlucky']);
    expect(await mfa.parts.methods.list(mfa.actor(subject))).toMatchObject([{ isSetUp: false }]);
  });
});
