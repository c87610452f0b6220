import { type Actor } from '../../src/mfa/core/actor.js';
import { AuthenticatorService } from '../../src/mfa/core/authenticator.service.js';
import { type MfaEventType } from '../../src/mfa/core/events.js';
import { type Subject } from '../../src/mfa/core/handler.js';
import { OutboxWorker } from '../../src/mfa/core/outbox-worker.js';
import {
  type Opening,
  type RepudiatedChange,
  type SessionsProvenBy,
} from '../../src/mfa/core/culprits.js';
import { Repudiation, type Undoing } from '../../src/mfa/core/repudiation.js';
import { UnitOfWork } from '../../src/mfa/core/stores.js';
import { KeepingConsumer } from '../support/keeping-consumer.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const OWNER = 'owner';
const THIEF = 'thief';
const OTHER = 'other';

let consumer: KeepingConsumer;
let mfa: MfaHarness;
let ada: Subject;
let secret: string;
let ownId: string;

beforeEach(async () => {
  consumer = new KeepingConsumer();
  mfa = await startMfa({ consumers: [consumer] });
  ada = mfa.parts.subjects.add('ada');
  ({ secret, id: ownId } = await enrolApp(OWNER));
});
afterEach(() => mfa.stop());

const by = (sessionId: string): Actor => ({ ...mfa.actor(ada), sessionId });

/** Sets `app` up in a session, or another one of it under a label, and confirms it. */
async function enrolApp(
  session: string,
  fields: Record<string, unknown> = {},
  confirmedIn = session,
) {
  const set = await mfa.parts.enrolment.setUp(by(session), { method: 'app', fields });
  const own = String(set.setupData['secret']);
  const { authenticatorId: id } = set;
  await confirmApp(confirmedIn, own, id);
  return { secret: own, id: String(id), backupCodes: set.backupCodes };
}

async function confirmApp(session: string, own = secret, id: string | null = null): Promise<void> {
  await mfa.parts.enrolment.confirm(by(session), {
    method: 'app',
    authenticatorId: id ?? undefined,
    proof: { code: mfa.totp(own) },
  });
  mfa.nextStep();
}

async function enrolEmail(session: string): Promise<void> {
  await mfa.parts.enrolment.setUp(by(session), { method: 'email', fields: {} });
  const proof = { code: mfa.mailed(ada) };
  await mfa.parts.enrolment.confirm(by(session), { method: 'email', proof });
  mfa.parts.clock.advance({ seconds: 31 });
}

async function deactivateApp(session: string): Promise<void> {
  await mfa.parts.methods.deactivate(by(session), 'app', { code: mfa.totp(secret) });
  mfa.nextStep();
}

async function regenerate(session: string): Promise<readonly string[]> {
  const codes = await mfa.parts.backupCodes.regenerate(by(session), { code: mfa.totp(secret) });
  mfa.nextStep();
  return codes;
}

const prefer = (session: string, method: string) =>
  mfa.parts.methods.makePrimary(by(session), method, null);
const deleteMethod = (session: string, method = 'app') =>
  mfa.parts.methods.delete(by(session), method, null);
const authenticators = () => mfa.parts.get(AuthenticatorService);

/** What was done of this kind so far, as its events tell of it. */
async function changes(type: MfaEventType): Promise<RepudiatedChange[]> {
  await mfa.parts.get(OutboxWorker).runOnce();
  const events = consumer.taken.map(({ event }) => event).filter((event) => event.type === type);
  return events.map(({ factor, target, changeId, sessionId, seq, at }) => ({
    subjectId: ada.id,
    ...{ type, factor, target, changeId, sessionId, seq, at },
  }));
}

async function undo(
  change: RepudiatedChange | undefined,
  provenBy?: SessionsProvenBy,
): Promise<Undoing> {
  if (change === undefined) throw new Error('There was no such change.');
  return mfa.parts
    .get(UnitOfWork)
    .runForAccount(ada.id, (own) =>
      mfa.parts.get(Repudiation).undo(change, own, provenBy === undefined ? {} : { provenBy }),
    );
}

const newest = async (type: MfaEventType) => (await changes(type)).at(-1);

/** Undoes the newest change of a kind. @returns what was taken back: `type` or `type not` */
async function undoNewest(type: MfaEventType, provenBy?: SessionsProvenBy): Promise<string[]> {
  const { changes: taken } = await undo(await newest(type), provenBy);
  return taken.map((one) => (one.isUndone ? one.type : `${one.type} not`));
}

/** What is set up, as `name`, `name active` or `name primary`. */
async function methods(): Promise<string[]> {
  const listed = await mfa.parts.methods.list(by(OWNER));
  return listed
    .filter(({ isSetUp }) => isSetUp)
    .map(({ name, isActive, isPrimary }) => {
      if (isPrimary) return `${name} primary`;
      return isActive ? `${name} active` : name;
    });
}

const codesLeft = async () => (await mfa.parts.backupCodes.count(by(OWNER))).remaining;

const sql = (statement: string) => mfa.parts.dataSource.query(statement);

/** The owner prefers `email` and switches `app` off. */
async function switchOff(session: string): Promise<void> {
  await enrolEmail(OWNER);
  await prefer(OWNER, 'email');
  await deactivateApp(session);
}

/** When sessions could begin by what the session of the newest change of a kind did. */
async function openingsOf(type: MfaEventType): Promise<readonly Opening[]> {
  let named: readonly Opening[] = [];
  const asked = undo(await newest(type), async (...[, , , openings]) => {
    named = openings;
    throw new Error('Only asked.');
  });
  await expect(asked).rejects.toThrow('Only asked.');
  return named;
}

describe('a host is asked for sessions that began', () => {
  const OPEN = { afterSeq: expect.any(Number), untilSeq: null };
  const CLOSED = { ...OPEN, untilSeq: expect.any(Number) };

  it('by the first factor alone, from a removal until somebody else has set one up', async () => {
    await deleteMethod(THIEF);
    const [opening] = await openingsOf('method_deleted');
    expect(opening).toEqual({ authenticatorId: null, ...OPEN });
    await sql(`UPDATE mfa_changes SET former = NULL WHERE type = 'method_deleted'`);
    expect(await openingsOf('method_deleted')).toEqual([opening]);
    await enrolApp(OWNER);
    const [closed] = await openingsOf('method_deleted');
    expect(closed).toEqual({ ...opening, ...CLOSED });
    expect(closed?.untilSeq).toBeGreaterThan(closed?.afterSeq ?? Infinity);
  });

  it('not where nothing went that signed in', async () => {
    await switchOff(OWNER);
    await deleteMethod(THIEF);
    expect(await openingsOf('method_deleted')).toEqual([]);
  });

  it('by what was switched on again, until somebody else has switched it off', async () => {
    await switchOff(OWNER);
    await confirmApp(THIEF);
    await enrolApp(OWNER, { label: 'Tablet' });
    expect(await openingsOf('method_activated')).toEqual([{ authenticatorId: ownId, ...OPEN }]);
    await prefer(OWNER, 'app');
    await deleteMethod(OWNER, 'email');
    expect(await openingsOf('method_activated')).toEqual([{ authenticatorId: ownId, ...OPEN }]);
    await enrolEmail(THIEF);
    await prefer(THIEF, 'email');
    await deactivateApp(OWNER);
    const [again] = await changes('method_activated').then((all) => all.slice(-2));
    const named: (readonly Opening[])[] = [];
    await undo(again, async (...[, , , openings]) => {
      named.push(openings);
      return [];
    });
    expect(named).toEqual([[{ authenticatorId: ownId, ...CLOSED }]]);
  });

  it('not by what whoever did so had switched off', async () => {
    await switchOff(THIEF);
    await confirmApp(THIEF);
    expect(await openingsOf('method_activated')).toEqual([]);
  });
});

describe('what was repudiated', () => {
  it('is removed where it comes back, whatever the log tells of it', async () => {
    const theirs = await regenerate(THIEF);
    const first = await newest('backup_codes_issued');
    await regenerate(OTHER);
    expect((await undo(first)).changes).toMatchObject([{ isUndone: false }]);
    await sql(`DELETE FROM mfa_changes WHERE id = '${String(first?.changeId)}'`);
    expect(await undo(await newest('backup_codes_issued'))).toMatchObject({ codesRevoked: 10 });
    await expect(mfa.signIn(ada, theirs[0] ?? '')).rejects.toThrow('Invalid code');
    expect(await codesLeft()).toBe(0);
  });

  it('does not work again where it was switched on, and somebody else switched it off', async () => {
    await switchOff(OWNER);
    await confirmApp(THIEF);
    const first = await newest('method_activated');
    await deactivateApp(OTHER);
    expect((await undo(first)).changes).toMatchObject([{ isUndone: true }]);
    expect(await undoNewest('method_deactivated')).toEqual(['method_deactivated not']);
    expect(await methods()).toEqual(['app', 'email primary']);
  });

  it('is known of a host that keeps no sessions, too', async () => {
    const set = await mfa.parts.enrolment.setUp(mfa.actor(ada), {
      method: 'app',
      fields: { label: 'Theirs' },
    });
    const own = String(set.setupData['secret']);
    const authenticatorId = String(set.authenticatorId);
    await mfa.parts.enrolment.confirm(mfa.actor(ada), {
      method: 'app',
      authenticatorId,
      proof: { code: mfa.totp(own) },
    });
    mfa.nextStep();
    await authenticators().remove(mfa.actor(ada), authenticatorId, null);
    expect(await undoNewest('authenticator_added')).toEqual(['authenticator_added not']);
    expect(await undoNewest('authenticator_removed')).toEqual([
      ...['authenticator_removed', 'authenticator_added'],
    ]);
    await expect(mfa.signIn(ada, mfa.totp(own))).rejects.toThrow('Invalid code');
    await expect(mfa.signIn(ada, mfa.totp(secret))).resolves.toHaveProperty('access');
  });
});

describe('what could not be undone', () => {
  beforeEach(() => deleteMethod(THIEF));

  it('is tried again once another link has cleared the way', async () => {
    await enrolApp(OTHER);
    expect(await undoNewest('method_deleted')).toEqual([
      ...['backup_codes_revoked not', 'method_deleted not'],
    ]);
    expect(await undoNewest('method_activated')).toEqual([
      ...['method_activated', 'backup_codes_revoked', 'method_deleted'],
    ]);
    await expect(mfa.signIn(ada, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('stays where anybody else has decided since', async () => {
    const own = await enrolApp(OWNER);
    await undoNewest('method_deleted');
    await enrolApp(OTHER, { label: 'Theirs' });
    expect(await undoNewest('authenticator_added')).toEqual(['authenticator_added']);
    await expect(mfa.signIn(ada, mfa.totp(own.secret))).resolves.toHaveProperty('access');
  });
});

it('brings an authenticator back whose method went by another link', async () => {
  await enrolApp(THIEF, { label: 'Theirs' });
  await authenticators().remove(by(OTHER), ownId, null);
  expect(await undoNewest('authenticator_added')).toEqual(['authenticator_added']);
  expect(await methods()).toEqual([]);
  expect(await undoNewest('authenticator_removed')).toEqual(['authenticator_removed']);
  expect(await methods()).toEqual(['app primary']);
  await expect(mfa.signIn(ada, mfa.totp(secret))).resolves.toHaveProperty('access');
});
