import { jest } from '@jest/globals';
import { HandlerRegistry } from '../../src/mfa/core/ceremony/handler-registry.js';
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
  prefer,
  regenerate,
  secret,
  stageOneAccount,
  THIEF,
  undo,
  undoNewest,
} from '../support/reversal-stage.js';

stageOneAccount();

const row = async (handler: string) =>
  (
    await mfa.parts.dataSource.query<{ failures: number; locked_until: Date | null }[]>(
      'SELECT failures, locked_until FROM mfa_methods WHERE handler = $1',
      [handler],
    )
  )[0];

describe('undone is', () => {
  it('a method that was added, with its codes; its handler lets go after the commit', async () => {
    const dispose = jest.fn(async () => {});
    Object.assign(mfa.parts.get(HandlerRegistry).get('app'), { dispose });
    const undoing = await undo(await newest('method_activated'));
    expect(undoing).toMatchObject({ needsPassword: true, codesRevoked: 5 });
    expect(dispose).not.toHaveBeenCalled();
    expect(await methods()).toEqual([]);
    expect(await mfa.count('mfa_backup_codes')).toBe(0);
    await undoing.dispose();
    expect(dispose.mock.calls).toEqual([[{ subjectId: 'ada', state: expect.anything() }]]);
    expect(await mfa.parts.dataSource.query('SELECT type FROM mfa_changes')).toEqual([
      { type: 'change_repudiated' },
    ]);
  });

  it('a method that was switched off, which signs in again', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(THIEF);
    expect(await undoNewest('method_deactivated')).toEqual(['method_deactivated']);
    expect(await methods()).toEqual(['app active', 'email primary']);
  });

  it('one that was switched on again: it sleeps as before', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(OWNER);
    await confirmApp(THIEF);
    expect(await undoNewest('method_activated')).toEqual(['method_activated']);
    expect(await methods()).toEqual(['app', 'email primary']);
  });

  it('one that was switched off and on again in turn, however often', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(OWNER);
    await confirmApp(OWNER);
    for (let times = 0; times < 2; times++) {
      await deactivateApp(THIEF);
      await confirmApp(THIEF);
    }
    const [, first] = await changes('method_deactivated');
    expect((await undo(first)).changes.map(({ isUndone }) => isUndone)).toEqual([
      ...[true, true, true, true],
    ]);
    expect(await methods()).toEqual(['app active', 'email primary']);
    const pending = await mfa.begin(ada);
    await mfa.parts.login.changeMethod(
      mfa.parts.ephemeralTokens.verify(pending.ephemeralToken),
      'app',
      { ip: null, userAgent: null },
    );
    await expect(mfa.verify(pending, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('a method that was deleted: it signs in, and is as hard to guess as before', async () => {
    const pending = await mfa.begin(ada);
    await expect(mfa.verify(pending, '000000')).rejects.toThrow('Invalid code');
    await mfa.parts.dataSource.query(
      `UPDATE mfa_methods SET failures = 7, locked_until = '2020-01-01Z'`,
    );
    const before = await row('app');
    await deleteMethod(THIEF);
    expect(await codesLeft()).toBe(0);
    expect(await undoNewest('method_deleted')).toEqual(['backup_codes_revoked', 'method_deleted']);
    expect(await methods()).toEqual(['app primary']);
    expect(await row('app')).toEqual(before);
    expect(await codesLeft()).toBe(5);
    await expect(mfa.signIn(ada, mfa.totp(secret))).resolves.toHaveProperty('access');
  });

  it('a primary method that was deleted: it is primary again', async () => {
    await enrolEmail(OWNER);
    await deleteMethod(THIEF);
    expect(await methods()).toEqual(['email primary']);
    await undoNewest('method_deleted');
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('one that was deleted while it was not primary: it is not', async () => {
    await enrolEmail(OWNER);
    await deleteMethod(THIEF, 'email');
    await undoNewest('method_deleted');
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('one that was inactive when it was deleted: it is inactive', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(OWNER);
    await deleteMethod(THIEF);
    await undoNewest('method_deleted');
    expect(await methods()).toEqual(['app', 'email primary']);
  });

  it('an authenticator that was removed', async () => {
    const { id, secret: second } = await enrolApp(OWNER, { label: 'Tablet' });
    await mfa.parts.removal.authenticator(by(THIEF), id, null);
    await expect(mfa.signIn(ada, mfa.totp(second))).rejects.toThrow('Invalid code');
    expect(await undoNewest('authenticator_removed')).toEqual(['authenticator_removed']);
    await expect(mfa.signIn(ada, mfa.totp(second))).resolves.toHaveProperty('access');
  });

  it('another name of an authenticator', async () => {
    const { id } = await enrolApp(OWNER, { label: 'Tablet' });
    await mfa.parts.methods.renameAuthenticator(by(THIEF), id, 'Old one');
    expect(await undoNewest('authenticator_renamed')).toEqual(['authenticator_renamed']);
    const [app] = await mfa.parts.methods.list(by(OWNER));
    expect(app?.details).toMatchObject({
      authenticators: [expect.anything(), expect.objectContaining({ label: 'Tablet' })],
    });
  });

  it('another primary method', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    expect(await undoNewest('primary_changed')).toEqual(['primary_changed']);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('a new set of codes: the old one is back, its spent codes spent', async () => {
    const [spent = '', good = ''] = await regenerate(OWNER);
    await mfa.signIn(ada, spent);
    const theirs = await regenerate(THIEF);
    expect((await undo(await newest('backup_codes_issued'))).codesRevoked).toBe(5);
    for (const code of [spent, ...theirs.slice(0, 1)]) {
      await expect(mfa.signIn(ada, code)).rejects.toThrow('Invalid code');
    }
    await expect(mfa.signIn(ada, good)).resolves.toHaveProperty('access');
    expect(await codesLeft()).toBe(3);
  });

  it('what a set-up took the place of, pending or confirmed by the same session', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(THIEF);
    await mfa.parts.enrolment.setUp(by(THIEF), { handler: 'app', fields: {} });
    expect(await undoNewest('method_deactivated')).toEqual([
      'method_deleted',
      'method_deactivated',
    ]);
    expect(await methods()).toEqual(['app active', 'email primary']);
    await deactivateApp(THIEF);
    await enrolApp(THIEF);
    expect(await undoNewest('method_deactivated')).toEqual([
      ...['method_activated', 'method_deleted', 'method_deactivated'],
    ]);
    expect(await methods()).toEqual(['app active', 'email primary']);
  });

  it('a sleeping authenticator that a set-up of its name took the place of', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await enrolApp(OWNER, { label: 'Tablet' });
    await deactivateApp(OWNER);
    await mfa.parts.enrolment.setUp(by(THIEF), { handler: 'app', fields: { label: 'Tablet' } });
    const [removed] = await changes('authenticator_removed');
    expect(removed).toMatchObject({ sessionId: THIEF, factor: 'app' });
    expect(await undoNewest('authenticator_removed')).toEqual(['authenticator_removed']);
    await confirmApp(OWNER, secret, String((await details('app'))[0]?.['id']));
    expect(await details('app')).toMatchObject([{ id: expect.anything() }, { label: 'Tablet' }]);
    expect(await methods()).toEqual(['app active', 'email primary']);
  });
});

async function details(name: string): Promise<Record<string, unknown>[]> {
  const listed = await mfa.parts.methods.list(by(OWNER));
  const found: unknown = listed.find((method) => method.name === name)?.details['authenticators'];
  return Array.isArray(found) ? found : [];
}

describe('taken back is', () => {
  it('everything that the session did since, and nothing that another one did', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    await deactivateApp(THIEF);
    await enrolApp(OWNER);
    await deleteMethod(THIEF, 'app');
    const [first] = await changes('primary_changed');
    await undo(first);
    expect(await methods()).toEqual(['app active', 'email primary']);
    expect(await newest('method_deleted')).toMatchObject({ sessionId: THIEF });
  });

  it('nothing that came before', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    await deactivateApp(THIEF);
    await undoNewest('method_deactivated');
    expect(await methods()).toEqual(['app active', 'email primary']);
  });

  it('25 changes by the link of the first', async () => {
    await enrolEmail(OWNER);
    for (let i = 0; i < 25; i++) await prefer(THIEF, i % 2 === 0 ? 'email' : 'app');
    const [first, second] = await changes('primary_changed');
    expect((await undo(first)).changes.filter(({ isUndone }) => isUndone)).toHaveLength(25);
    expect(await methods()).toEqual(['app primary', 'email active']);
    expect((await undo(second)).changes).toEqual([]);
  });

  it('what a session did that was proven by an authenticator of it, and so on', async () => {
    await enrolEmail(OWNER);
    const theirs = await enrolApp(THIEF, { label: 'Theirs' });
    const further = await enrolApp('second', { label: 'Further' });
    await prefer('third', 'email');
    await prefer('stranger', 'app');
    const proven = new Map([
      [theirs.id, 'second'],
      [further.id, 'third'],
    ]);
    const asked: (readonly string[])[] = [];
    const undoing = await undo((await changes('authenticator_added'))[0], async (subject, ids) => {
      expect(subject).toBe('ada');
      asked.push(ids);
      return ids.flatMap((id) => proven.get(id) ?? []);
    });
    expect(undoing.changes.map(({ type, sessionId }) => [type, sessionId])).toEqual([
      ['primary_changed', 'third'],
      ['authenticator_added', 'second'],
      ['authenticator_added', THIEF],
    ]);
    expect(asked.at(-1)).toEqual([theirs.id, further.id]);
    expect(await details('app')).toHaveLength(1);
  });

  it('the first proof of what it set up, wherever that was given', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    await enrolApp(THIEF, { label: 'Theirs' }, 'second');
    expect(await undoNewest('primary_changed')).toEqual(['authenticator_added', 'primary_changed']);
    expect(await details('app')).toHaveLength(1);
  });

  it('one change alone where the host keeps no sessions', async () => {
    await mfa.enrolEmail(ada);
    await mfa.parts.methods.makePrimary(mfa.actor(ada), 'email', null);
    await mfa.parts.methods.makePrimary(mfa.actor(ada), 'app', null);
    expect(await undoNewest('primary_changed')).toEqual(['primary_changed']);
    expect(await methods()).toEqual(['app active', 'email primary']);
  });

  it('what the session of another event did from then on', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    const [activated] = await changes('method_activated');
    if (activated === undefined) throw new Error('There was no change.');
    const { seq, at } = activated;
    const event = { subjectId: ada.id, type: 'password_changed' as const, factor: null, at };
    const earlier = { ...event, sessionId: THIEF, seq };
    expect((await undo({ ...earlier, seq: seq + 100 })).changes).toEqual([]);
    expect((await undo({ ...earlier, sessionId: OWNER, seq: seq + 1 })).changes).toMatchObject([
      { type: 'method_activated', factor: 'email' },
    ]);
  });
});

it('ends what is open, whatever becomes of the change', async () => {
  await enrolEmail(OWNER);
  await prefer(OWNER, 'email');
  const pending = await mfa.begin(ada);
  await regenerate(THIEF);
  await undoNewest('backup_codes_issued');
  await expect(mfa.verify(pending, mfa.mailed(ada))).rejects.toThrow('Invalid token');
});
