import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Actor } from '../../src/mfa/core/access/actor.js';
import { type MfaEventType } from '../../src/mfa/core/ports/events.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { HandlerRegistry } from '../../src/mfa/core/ceremony/handler-registry.js';
import { OutboxWorker } from '../../src/mfa/core/events/outbox-worker.js';
import { ChangeReversal, type Undoing } from '../../src/mfa/core/reversal/change-reversal.js';
import { UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { AppHandler } from '../../src/mfa/handlers/app/index.js';
import { EmailHandler } from '../../src/mfa/handlers/email/index.js';
import { SystemRandomSource } from '../../src/mfa/contract/random.js';
import { resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { MfaRetention } from '../../src/mfa/persistence/retention/mfa-retention.js';
import { Inbox } from '../../src/mfa/testing/index.js';
import { KeepingConsumer } from '../support/keeping-consumer.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const OWNER = 'owner';
const THIEF = 'thief';
const OTHER = 'other';

let consumer: KeepingConsumer;
let inbox: Inbox;
let mfa: MfaHarness;
let ada: Subject;
let secret: string;
let ownCodes: readonly string[];

beforeEach(async () => {
  consumer = new KeepingConsumer();
  inbox = new Inbox();
  const options = resolveMfaOptions({ secretKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
  const random = new SystemRandomSource();
  const handlers = [
    new AppHandler(options, random),
    new EmailHandler(options, random, inbox),
    new EmailHandler(options, random, inbox, { name: 'second' }),
  ];
  mfa = await startMfa({ consumers: [consumer], handlers });
  ada = mfa.parts.subjects.add('ada');
  ({ secret, backupCodes: ownCodes } = await enrolApp(OWNER));
});
afterEach(() => mfa.stop());

const by = (sessionId: string): Actor => ({ ...mfa.actor(ada), sessionId });

/** Sets a method up, or another authenticator of it under a label, and leaves it pending. */
async function setUp(session: string, method = 'app', fields: Record<string, unknown> = {}) {
  const { setupData, backupCodes, authenticatorId } = await mfa.parts.enrolment.setUp(by(session), {
    handler: method,
    fields,
  });
  mfa.parts.clock.advance({ seconds: 31 });
  return { secret: String(setupData['secret']), backupCodes, id: String(authenticatorId) };
}

async function confirm(session: string, method: string, code: string, id?: string): Promise<void> {
  const proof = { code };
  await mfa.parts.enrolment.confirm(by(session), { handler: method, authenticatorId: id, proof });
  mfa.nextStep();
}

async function enrolApp(session: string, fields: Record<string, unknown> = {}) {
  const set = await setUp(session, 'app', fields);
  await confirm(session, 'app', mfa.totp(set.secret), set.id);
  return set;
}

async function enrolEmail(session: string): Promise<void> {
  await setUp(session, 'email');
  await confirm(session, 'email', inbox.lastCode('ada@example.org'));
}

async function regenerate(session: string): Promise<void> {
  await mfa.parts.backupCodes.regenerate(by(session), { code: mfa.totp(secret) });
  mfa.nextStep();
}

async function deactivateApp(session: string): Promise<void> {
  await mfa.parts.methods.deactivate(by(session), 'app', { code: mfa.totp(secret) });
  mfa.nextStep();
}

const prefer = (session: string, method: string) =>
  mfa.parts.methods.makePrimary(by(session), method, null);
const deleteMethod = (session: string, method = 'app') =>
  mfa.parts.removal.method(by(session), method, null);
const remove = (session: string, id: string) =>
  mfa.parts.removal.authenticator(by(session), id, null);
const sql = (statement: string) => mfa.parts.dataSource.query(statement);

/** Undoes the first change of a kind, and all that its session has done since. */
async function undoFirst(type: MfaEventType): Promise<Undoing> {
  await mfa.parts.get(OutboxWorker).runOnce();
  const told = consumer.taken.map(({ event }) => event).find((event) => event.type === type);
  if (told === undefined) throw new Error('There was no such change.');
  const { factor, target, changeId, sessionId, seq, at } = told;
  const change = { subjectId: ada.id, type, factor, target, changeId, sessionId, seq, at };
  return mfa.parts
    .get(UnitOfWork)
    .runForAccount(ada.id, (own) => mfa.parts.get(ChangeReversal).undo(change, own));
}

const typesOf = ({ changes }: Undoing) =>
  changes.map(({ type, isUndone }) => (isUndone ? type : `${type} not`));

/** What is set up, as `name`, `name active` or `name primary`, each with its labels. */
async function methods(): Promise<string[]> {
  const listed = await mfa.parts.methods.list(by(OWNER));
  return listed
    .filter(({ isSetUp }) => isSetUp)
    .map(({ name, isActive, isPrimary }) => {
      if (isPrimary) return `${name} primary`;
      return isActive ? `${name} active` : name;
    });
}

async function labels(): Promise<string[]> {
  const [app] = await mfa.parts.methods.list(by(OWNER));
  const held = app?.details['authenticators'] as { label: string }[];
  return held.map(({ label }) => label);
}

/** Keeps what the handler of `app` lets go of. */
function keepDisposed(): unknown[] {
  const secrets: unknown[] = [];
  const dispose = async ({ state }: { state: { secret: string } }) => {
    secrets.push(state.secret);
  };
  Object.assign(mfa.parts.get(HandlerRegistry).get('app'), { dispose });
  return secrets;
}

const codesLeft = async () => (await mfa.parts.backupCodes.count(by(OWNER))).remaining;

describe('the password of before is needed', () => {
  it('where a method is back that its owner may have thrown out, whatever is active beside it', async () => {
    await enrolEmail(OWNER);
    await deleteMethod(OWNER);
    expect(await undoFirst('method_deleted')).toMatchObject({ needsPassword: true });
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('where one works again that was switched off', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(THIEF);
    expect(await undoFirst('method_deactivated')).toMatchObject({ needsPassword: true });
  });

  it('where an authenticator is back', async () => {
    const { id } = await enrolApp(OWNER, { label: 'Tablet' });
    await remove(THIEF, id);
    expect(await undoFirst('authenticator_removed')).toMatchObject({ needsPassword: true });
  });

  it('where backup codes are back, unless all of them are spent', async () => {
    await regenerate(THIEF);
    expect(await undoFirst('backup_codes_issued')).toMatchObject({ needsPassword: true });
    consumer.taken.length = 0;
    await sql('UPDATE mfa_backup_codes SET spent_at = now()');
    await regenerate(THIEF);
    expect(await undoFirst('backup_codes_issued')).toMatchObject({ needsPassword: false });
  });

  it('not where something went, and the owner keeps another', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    await enrolApp(THIEF, { label: 'Theirs' });
    expect(await undoFirst('primary_changed')).toMatchObject({ needsPassword: false });
  });
});

describe('codes that were never live', () => {
  it('do not live by what comes back: its own codes do', async () => {
    await deleteMethod(THIEF);
    const first = await setUp(THIEF, 'email');
    const second = await setUp(THIEF, 'second');
    await deleteMethod(THIEF, 'second');
    expect(typesOf(await undoFirst('method_deleted'))).toEqual([
      ...['method_deleted not', 'backup_codes_revoked', 'method_deleted'],
    ]);
    expect(await methods()).toEqual(['app primary']);
    for (const codes of [first.backupCodes, second.backupCodes]) {
      await expect(mfa.signIn(ada, codes[0] ?? '')).rejects.toThrow('Invalid code');
    }
    await expect(mfa.signIn(ada, ownCodes[0] ?? '')).resolves.toHaveProperty('access');
  });

  it('do not come back where they died with the set-up that they were shown beside', async () => {
    await sql('DELETE FROM mfa_backup_codes');
    await deleteMethod(THIEF);
    await setUp(THIEF, 'email');
    await deleteMethod(THIEF, 'email');
    expect(typesOf(await undoFirst('method_deleted'))).toEqual([
      ...['method_deleted not', 'method_deleted'],
    ]);
    expect(await codesLeft()).toBe(0);
  });

  it('do not come back where another session made them void', async () => {
    await sql('DELETE FROM mfa_backup_codes');
    await deleteMethod(THIEF);
    await setUp(OTHER, 'email');
    await confirm(THIEF, 'email', inbox.lastCode('ada@example.org'));
    expect(typesOf(await undoFirst('method_deleted'))).toEqual([
      ...['method_activated', 'method_deleted'],
    ]);
    expect([await methods(), await codesLeft()]).toEqual([['app primary'], 0]);
  });
});

describe('what was never proven', () => {
  it('does not come back with its method: its handler lets go of it', async () => {
    const pending = await setUp(OTHER, 'app', { label: 'Pending' });
    const disposed = keepDisposed();
    await deleteMethod(THIEF);
    const undoing = await undoFirst('method_deleted');
    await undoing.dispose();
    expect(await methods()).toEqual(['app primary']);
    expect(await labels()).toHaveLength(1);
    expect(disposed).toEqual([pending.secret]);
  });

  it('does not come back by itself', async () => {
    const { id } = await setUp(OTHER, 'app', { label: 'Pending' });
    await remove(THIEF, id);
    expect(typesOf(await undoFirst('authenticator_removed'))).toEqual([
      ...['authenticator_removed not'],
    ]);
    expect(await labels()).toHaveLength(1);
  });

  it('gives way to a method that comes back, whoever set it up', async () => {
    await deleteMethod(THIEF);
    const pending = await setUp(OTHER);
    const disposed = keepDisposed();
    const undoing = await undoFirst('method_deleted');
    await undoing.dispose();
    expect(typesOf(undoing)).toEqual(['backup_codes_revoked', 'method_deleted']);
    expect(await methods()).toEqual(['app primary']);
    expect(disposed).toEqual([pending.secret]);
    await expect(mfa.signIn(ada, pending.backupCodes[0] ?? '')).rejects.toThrow('Invalid code');
    await expect(mfa.signIn(ada, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('gives way to an authenticator that comes back, whoever set it up', async () => {
    const { id, secret: own } = await enrolApp(OWNER, { label: 'Tablet' });
    await remove(THIEF, id);
    const pending = await setUp(OTHER, 'app', { label: 'Tablet' });
    const disposed = keepDisposed();
    const undoing = await undoFirst('authenticator_removed');
    await undoing.dispose();
    expect(typesOf(undoing)).toEqual(['authenticator_removed']);
    expect(await labels()).toHaveLength(2);
    expect(disposed).toEqual([pending.secret]);
    await expect(mfa.signIn(ada, mfa.totp(own))).resolves.toHaveProperty('access');
  });
});

describe('a change that does not open', () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  beforeEach(async () => {
    logged.mockClear();
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    await deleteMethod(THIEF);
    await sql(`UPDATE mfa_changes SET former = '\\x00' WHERE type = 'primary_changed'`);
  });

  it('keeps none of the others from being undone', async () => {
    expect(typesOf(await undoFirst('primary_changed'))).toEqual([
      ...['method_deleted', 'primary_changed not'],
    ]);
    expect(logged).toHaveBeenCalledWith(
      expect.stringMatching(/^Change [\w-]+ cannot be undone, as it does not open: Error$/),
    );
  });

  it('keeps none of the others from being let go of in the end', async () => {
    const disposed = keepDisposed();
    mfa.parts.clock.advance({ seconds: 30 * 86_400 });
    const run = { now: mfa.parts.clock.now(), maxRows: 1000 };
    const rows = await mfa.count('mfa_changes');
    expect(await mfa.parts.get(MfaRetention).run(run)).toMatchObject({ mfa_changes: rows });
    expect(disposed).toEqual([secret]);
    expect(logged).toHaveBeenCalledTimes(1);
  });
});
