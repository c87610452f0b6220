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
  stageOneAccount,
  THIEF,
  undo,
  undoNewest,
} from '../support/reversal-stage.js';

stageOneAccount();

describe('a change stays', () => {
  it('where another set-up took its place', async () => {
    await deleteMethod(THIEF);
    await enrolApp(OWNER);
    expect(await undoNewest('method_deleted')).toEqual([
      'backup_codes_revoked not',
      'method_deleted not',
    ]);
    expect(await methods()).toEqual(['app primary']);
    expect(await codesLeft()).toBe(5);
  });

  it('where it was removed since, by somebody else', async () => {
    const { id } = await enrolApp(THIEF, { label: 'Theirs' });
    await mfa.parts.removal.authenticator(by(OWNER), id, null);
    expect(await undoNewest('authenticator_added')).toEqual(['authenticator_added not']);
  });

  it('where its owner has proven again what was switched off', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    await deactivateApp(THIEF);
    await confirmApp(OWNER);
    expect(await undoNewest('method_deactivated')).toEqual(['method_deactivated not']);
    await deactivateApp(OWNER);
    await confirmApp(THIEF);
    const again = await newest('method_activated');
    await deactivateApp(OWNER);
    await confirmApp(OWNER);
    expect((await undo(again)).changes).toMatchObject([{ isUndone: false }]);
    expect(await methods()).toEqual(['app active', 'email primary']);
  });

  it('where the method is gone', async () => {
    await enrolEmail(OWNER);
    await prefer(OWNER, 'email');
    const { id } = await enrolApp(OWNER, { label: 'Tablet' });
    await mfa.parts.methods.renameAuthenticator(by(THIEF), id, 'Old one');
    await mfa.parts.removal.authenticator(by(THIEF), id, null);
    await deactivateApp(THIEF);
    await deleteMethod(OWNER);
    expect(await undoNewest('authenticator_renamed')).toEqual([
      ...['method_deactivated not', 'authenticator_removed not', 'authenticator_renamed not'],
    ]);
  });

  it('where the name of an authenticator is taken, or its place', async () => {
    const { id } = await enrolApp(OWNER, { label: 'Tablet' });
    await mfa.parts.methods.renameAuthenticator(by(THIEF), id, 'Old one');
    const { id: anew } = await enrolApp(OWNER, { label: 'Tablet' });
    expect(await undoNewest('authenticator_renamed')).toEqual(['authenticator_renamed not']);
    await mfa.parts.removal.authenticator(by(THIEF), anew, null);
    await enrolApp(OWNER, { label: 'Tablet' });
    expect(await undoNewest('authenticator_removed')).toEqual(['authenticator_removed not']);
    await mfa.parts.removal.authenticator(by(OWNER), id, null);
    expect(await undoNewest('authenticator_renamed')).toEqual([
      ...['authenticator_removed not', 'authenticator_renamed not'],
    ]);
  });

  it('where the handler of a removed authenticator is no longer on offer', async () => {
    const { id } = await enrolApp(OWNER, { label: 'Tablet' });
    await mfa.parts.removal.authenticator(by(THIEF), id, null);
    jest.spyOn(mfa.parts.get(HandlerRegistry), 'has').mockReturnValue(false);
    expect(await undoNewest('authenticator_removed')).toEqual(['authenticator_removed not']);
  });

  it('where its owner has chosen another primary since', async () => {
    await enrolEmail(OWNER);
    await deleteMethod(THIEF);
    await enrolEmail2();
    await undoNewest('method_deleted');
    expect(await methods()).toEqual(['app active', 'email primary']);
  });

  it('where a preference has nowhere to go back to', async () => {
    await enrolEmail(OWNER);
    await prefer(THIEF, 'email');
    await deactivateApp(OWNER);
    expect(await undoNewest('primary_changed')).toEqual(['primary_changed not']);
    await confirmApp(OWNER);
    await prefer(OWNER, 'app');
    const [first] = await changes('primary_changed');
    expect((await undo(first)).changes).toMatchObject([{ isUndone: false }]);
  });

  it('where codes were made since', async () => {
    await regenerate(THIEF);
    await regenerate(OWNER);
    const [older] = await changes('backup_codes_issued');
    expect((await undo(older)).changes).toMatchObject([{ isUndone: false }]);
    expect(await codesLeft()).toBe(5);
  });
});

/** The owner chooses `email` while nothing else is there, and `app` is set up again beside it. */
async function enrolEmail2(): Promise<void> {
  await enrolApp2();
  await prefer(OWNER, 'email');
  await mfa.parts.removal.method(by(OWNER), 'app', null);
}

async function enrolApp2(): Promise<void> {
  await enrolApp(OWNER);
  await prefer(OWNER, 'app');
}

it('lets go of nothing whose handler is no longer on offer', async () => {
  const undoing = await undo(await newest('method_activated'));
  jest.spyOn(mfa.parts.get(HandlerRegistry), 'has').mockReturnValue(false);
  await undoing.dispose();
  expect(await methods()).toEqual([]);
});

it('leaves no codes of a set-up that stands where something comes back', async () => {
  await deleteMethod(THIEF);
  await mfa.parts.enrolment.setUp(by(THIEF), { handler: 'app', fields: {} });
  expect(await undoNewest('method_deleted')).toEqual(['backup_codes_revoked', 'method_deleted']);
  expect(await methods()).toEqual(['app primary']);
  expect(await codesLeft()).toBe(5);
});

it('does nothing about a logged change that it does not know', async () => {
  await mfa.parts.dataSource.query(
    `INSERT INTO mfa_changes (user_id, id, place, session_id, type, at, after_seq)
     VALUES ($1, gen_random_uuid(), 9, $2, 'stepped_up', now(), 9)`,
    [ada.id, OWNER],
  );
  expect(await undoNewest('method_activated')).toEqual(['stepped_up not', 'method_activated']);
});

it('tells of no codes where none was left that could die', async () => {
  await mfa.parts.dataSource.query('UPDATE mfa_backup_codes SET spent_at = now()');
  await deleteMethod(OWNER);
  await enrolApp(OWNER);
  await mfa.parts.dataSource.query('DELETE FROM mfa_backup_codes');
  await deleteMethod(OWNER);
  expect(await changes('backup_codes_revoked')).toEqual([]);
});

it('goes on to what a session did that was proven by a backup code of the new set, and so on', async () => {
  await enrolEmail(OWNER);
  await regenerate(THIEF);
  await regenerate('second');
  await prefer('third', 'email');
  await prefer('stranger', 'app');
  const issued = await changes('backup_codes_issued');
  const sets = issued.map(({ changeId }) => String(changeId));
  const asked: (readonly string[])[] = [];
  const undoing = await undo(issued[0], async (_, ids) => {
    asked.push(ids);
    return sets.flatMap((id, i) => (ids.includes(id) ? [i === 0 ? 'second' : 'third'] : []));
  });
  expect(undoing.changes.map(({ type, sessionId }) => [type, sessionId])).toEqual([
    ['primary_changed', 'third'],
    ['backup_codes_issued', 'second'],
    ['backup_codes_issued', THIEF],
  ]);
  expect(asked.at(-1)).toEqual(sets);
});
