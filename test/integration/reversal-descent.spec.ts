import { type MfaEventType } from '../../src/mfa/core/ports/events.js';
import { type Opening } from '../../src/mfa/core/reversal/culprits.js';
import {
  ada,
  by,
  changes,
  codesLeft,
  confirmApp,
  deactivateApp,
  deleteMethod,
  enrolApp,
  enrolEmail,
  methods,
  mfa,
  newest,
  OWNER,
  ownId,
  prefer,
  regenerate,
  secret,
  stageOneAccount,
  THIEF,
  undo,
  undoNewest,
} from '../support/reversal-stage.js';

const OTHER = 'other';

stageOneAccount();

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
      handler: 'app',
      fields: { label: 'Theirs' },
    });
    const own = String(set.setupData['secret']);
    const authenticatorId = String(set.authenticatorId);
    await mfa.parts.enrolment.confirm(mfa.actor(ada), {
      handler: 'app',
      authenticatorId,
      proof: { code: mfa.totp(own) },
    });
    mfa.nextStep();
    await mfa.parts.removal.authenticator(mfa.actor(ada), authenticatorId, null);
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
  await mfa.parts.removal.authenticator(by(OTHER), ownId, null);
  expect(await undoNewest('authenticator_added')).toEqual(['authenticator_added']);
  expect(await methods()).toEqual([]);
  expect(await undoNewest('authenticator_removed')).toEqual(['authenticator_removed']);
  expect(await methods()).toEqual(['app primary']);
  await expect(mfa.signIn(ada, mfa.totp(secret))).resolves.toHaveProperty('access');
});
