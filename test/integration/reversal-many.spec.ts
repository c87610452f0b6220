import {
  ada,
  by,
  changes,
  codesLeft,
  enrolEmail,
  methods,
  mfa,
  OWNER,
  ownId,
  prefer,
  regenerate,
  stageOneAccount,
  THIEF,
  undo,
} from '../support/reversal-stage.js';
import { logStatements, rowStatements } from '../support/statement-log.js';

stageOneAccount();

const label = async () => {
  const [row] = await mfa.parts.methods.list(by(OWNER));
  // What `details` of a method with several authenticators holds.
  const [app] = row?.details['authenticators'] as unknown as { label: string }[];
  return app?.label;
};

/** Changes that one session can make as often as it may write, each kind in turn with the others. */
async function changeOften(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await mfa.parts.methods.renameAuthenticator(by(THIEF), ownId, `Label ${time}`);
    await prefer(THIEF, time % 2 === 0 ? 'email' : 'app');
    await regenerate(THIEF);
  }
}

/** Takes all of it back. @returns how many statements that took */
async function undoAll(): Promise<number> {
  const [first] = await changes('authenticator_renamed');
  const statements = await logStatements(async () => {
    const { changes: taken } = await undo(first);
    expect(taken.filter(({ isUndone }) => !isUndone)).toEqual([]);
  });
  return rowStatements(statements).length;
}

describe('many changes of one session', () => {
  it('are undone by as many statements as few, and all of them', async () => {
    await enrolEmail(OWNER);
    const before = [await label(), await methods(), await codesLeft()];
    await changeOften(1);
    const ofFew = await undoAll();
    expect([await label(), await methods(), await codesLeft()]).toEqual(before);
    await changeOften(9);
    expect(await methods()).toEqual(['app active', 'email primary']);
    const ofMany = await undoAll();
    expect([await label(), await methods(), await codesLeft()]).toEqual(before);
    expect(ofMany).toBe(ofFew);
    expect(await mfa.count('mfa_changes', `user_id = '${ada.id}' AND session_id = 'thief'`)).toBe(
      0,
    );
  });

  it('stay undone up to what somebody else has done in between', async () => {
    await enrolEmail(OWNER);
    await changeOften(2);
    await mfa.parts.methods.renameAuthenticator(by(OWNER), ownId, 'Mine');
    await changeOften(1);
    const [first] = await changes('authenticator_renamed');
    await undo(first);
    expect(await label()).toBe('Mine');
    expect(await codesLeft()).toBe(5);
  });
});
