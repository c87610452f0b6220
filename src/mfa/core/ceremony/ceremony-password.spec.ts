import { MfaError } from '../../contract/errors.js';
import { methodOf } from '../ports/attempts.js';
import { PASSWORD } from '../ports/password-fields.js';
import { PasswordProof } from '../ports/ports.js';
import { type Ceremony, type Conclusion, type Proven } from './ceremony.js';
import {
  KeptEvents,
  NOW,
  ScriptedAttempts,
  scriptedCeremony,
  spentAtPassword,
  SUBJECT,
} from '../../../../test/support/scripted-ceremony.js';

/** Judges passwords, and counts how often it is asked. */
class Passwords extends PasswordProof {
  asked = 0;

  constructor(private readonly judge = async (password: string) => password === 'right') {
    super();
  }

  verify(_: unknown, password: string): Promise<boolean> {
    this.asked += 1;
    return this.judge(password);
  }
}

const RIGHT = { password: 'right' };
const refuse = async () => Promise.reject(new MfaError('rate_limited'));

describe('Ceremony of a password', () => {
  let attempts: ScriptedAttempts;
  let events: KeptEvents;
  let ceremony: Ceremony;

  beforeEach(() => {
    attempts = new ScriptedAttempts();
    events = new KeptEvents();
    ceremony = scriptedCeremony(attempts, events);
    attempts.spends = [spentAtPassword()];
  });

  function prove<T>(
    conclude: (proven: Proven) => Promise<Conclusion<T>>,
    { proof = RIGHT, judgedBy = new Passwords() }: { proof?: object; judgedBy?: Passwords } = {},
  ): Promise<T> {
    const key = { subjectId: 's1', id: 'c1' };
    const asker = { subject: SUBJECT, key, client: { ip: null, userAgent: null } };
    const wording = { acceptsBackupCode: false, wrongProofDetail: 'Invalid password' };
    return ceremony.prove(
      { ...asker, ...wording, purpose: 'step_up', judgedBy, proof: { ...proof } },
      conclude,
    );
  }

  const conclude = async () => ({ result: undefined });

  it('spends an attempt of no method, and nothing on what is no password', async () => {
    attempts.settles = [true];
    await prove(conclude);
    const [isOfMethod, handlers] = [false, [PASSWORD]];
    expect(attempts.requests).toMatchObject([{ isOfMethod, handlers, backupLookups: [] }]);
    for (const proof of [{}, { password: 7 }, { password: 'right', code: '1' }]) {
      const refused = prove(conclude, { proof });
      await expect(refused).rejects.toMatchObject({ code: 'validation_failed' });
    }
    expect(attempts.requests).toHaveLength(1);
  });

  it('has the session keep a proof of no method', async () => {
    attempts.settles = [true];
    const proven = await prove(async (result) => ({ result }));
    const nothing = {
      methodId: null,
      authenticatorId: null,
      backupCodesId: null,
      activation: null,
    };
    expect(proven).toMatchObject({ by: 'password', proof: { amr: ['pwd'], at: NOW, ...nothing } });
    expect(attempts.settlements).toMatchObject([{ proven: { by: 'password' } }]);
  });

  it('tells of no second factor, and of all that follows', async () => {
    attempts.settles = [true];
    const displaced = { subject: SUBJECT, factor: null, client: { ip: null, userAgent: null } };
    await prove(async () => ({
      ...(await conclude()),
      events: ['stepped_up'],
      furtherEvents: [{ ...displaced, type: 'session_displaced', at: NOW }],
    }));
    const own = { type: 'stepped_up', factor: PASSWORD, sessionId: 'k1', at: NOW };
    expect(attempts.settlements).toMatchObject([{ events: [own, { type: 'session_displaced' }] }]);
  });

  it('is committed behind the lock, which shows a method that became active meanwhile', async () => {
    attempts.settles = [true];
    await prove(conclude);
    expect(attempts.isInTransaction).toEqual([true]);
  });

  it('is unavailable while what stood in the way is gone, and still nothing was spent', async () => {
    attempts.spends = [];
    await expect(prove(conclude)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives nothing for a right one whose challenge has died meanwhile', async () => {
    await expect(prove(conclude)).rejects.toMatchObject({ code: 'invalid_token' });
    expect(attempts.givenBack).toHaveLength(1);
  });

  it('is unavailable where what it was made from changes each time, and gives its attempt back', async () => {
    attempts.reloads = [spentAtPassword(), spentAtPassword()];
    const outdated = prove(async () => ({ ...(await conclude()), stillHolds: async () => false }));
    await expect(outdated).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts.givenBack).toHaveLength(1);
  });

  it('is judged once, and concluded anew from what has changed meanwhile', async () => {
    attempts.reloads = [spentAtPassword(), spentAtPassword()];
    attempts.settles = [true];
    const answers = [false, false, true];
    const judgedBy = new Passwords();
    const proof = prove(
      async () => ({ result: answers.length, stillHolds: async () => answers.shift() ?? false }),
      { judgedBy },
    );
    await expect(proof).resolves.toBe(1);
    expect([answers, attempts.givenBack, judgedBy.asked]).toEqual([[], [], 1]);
  });

  it('is judged once, also behind the lock', async () => {
    attempts.reloads = [spentAtPassword(), spentAtPassword()];
    attempts.settles = [false, false, true];
    const judgedBy = new Passwords();
    await prove(conclude, { judgedBy });
    expect([attempts.lockedReloads, judgedBy.asked]).toEqual([1, 1]);
  });

  it('gives an attempt back that could not be judged, or led to nothing', async () => {
    attempts.spends = [spentAtPassword(), spentAtPassword(), spentAtPassword()];
    attempts.settles = [true];
    const unjudged = prove(conclude, { judgedBy: new Passwords(refuse) });
    await expect(unjudged).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(prove(refuse)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(attempts.givenBack).toHaveLength(2);
    await prove(conclude);
    expect(attempts.givenBack).toHaveLength(2);
  });

  it('gives no wrong one back, also where it cannot be told of', async () => {
    attempts.spends = [spentAtPassword({ locksAllSessions: true }), spentAtPassword()];
    const wrong = { proof: { password: 'wrong' } };
    await expect(prove(conclude, wrong)).rejects.toMatchObject({
      code: 'invalid_code',
      message: 'Invalid password',
      extras: { attemptsLeft: 4 },
    });
    const about = { factor: PASSWORD, sessionId: 'k1' };
    expect(events.events).toMatchObject([
      { ...about, type: 'second_factor_failed', detail: { purpose: 'step_up' } },
      { ...about, type: 'session_locked' },
    ]);
    events.append = () => Promise.reject(new Error('full'));
    await expect(prove(conclude, wrong)).rejects.toThrow('full');
    expect(attempts.givenBack).toEqual([]);
  });

  it('has no method to be asked for', () => {
    expect(() => methodOf(spentAtPassword())).toThrow('An attempt at a password has no method.');
  });
});
