import { jest } from '@jest/globals';
import { PasswordProof } from '../../src/mfa/core/ports/ports.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { StepUpService } from '../../src/mfa/core/login/step-up.service.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { tallyOutcomes } from '../support/tally.js';

const PARALLEL = 50;
const RIGHT = { password: 'right' };
const WRONG = { password: 'wrong' };

/** Judges passwords, and lets something happen meanwhile. */
class Passwords extends PasswordProof {
  meanwhile: (() => Promise<unknown>) | null = null;

  async verify(_: Subject, password: string): Promise<boolean> {
    await this.meanwhile?.();
    return password === RIGHT.password;
  }
}

describe('the password of a step-up', () => {
  const passwords = new Passwords();
  let mfa: MfaHarness;
  let users = 0;
  let subject: Subject;

  beforeAll(async () => {
    mfa = await startMfa({ passwords });
  });
  afterAll(() => mfa.stop());
  beforeEach(() => {
    subject = mfa.parts.subjects.add(`password${++users}`);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    passwords.meanwhile = null;
    mfa.parts.tokens.further = [];
  });

  /** @returns the challenge of a new step-up of a session */
  async function asked(sessionId = 's1') {
    const actor = { ...mfa.actor(subject), amr: ['pwd'], sessionId };
    const { ephemeralToken } = await mfa.parts.get(StepUpService).begin(actor, undefined, CLIENT);
    return mfa.parts.ephemeralTokens.verify(ephemeralToken, 'step_up');
  }

  type Asked = Awaited<ReturnType<typeof asked>>;
  const prove = async (challenge: Asked, proof: Record<string, unknown>) =>
    mfa.parts.get(StepUpService).verify(challenge, proof, CLIENT);
  const many = <T>(times: number, work: () => Promise<T>) =>
    Array.from({ length: times }, () => work());
  const issued = () => mfa.count('host_sessions', `user_id = '${subject.id}'`);

  /** All that is counted of the subject: on open challenges, account and sessions. */
  async function counted(): Promise<number[]> {
    const own = `user_id = '${subject.id}'`;
    return Promise.all([
      mfa.count('mfa_challenges', `${own} AND consumed_at IS NULL AND attempts > 0`),
      mfa.count('mfa_accounts', `${own} AND failures > 0`),
      mfa.count('mfa_session_attempts', `${own} AND (failures > 0 OR locked_until IS NOT NULL)`),
    ]);
  }

  it('is not asked for where the host knows no passwords', async () => {
    const without = await startMfa();
    const stranger = without.parts.subjects.add('stranger');
    const begun = without.parts
      .get(StepUpService)
      .begin(without.actor(stranger), undefined, CLIENT);
    await expect(begun).rejects.toMatchObject({ code: 'forbidden' });
    await without.stop();
  });

  it('gives one success for 50 right ones at one moment', async () => {
    const challenge = await asked();
    const counts = await tallyOutcomes(many(PARALLEL, () => prove(challenge, RIGHT)));
    expect(counts['ok']).toBe(1);
    const { invalid_token: over = 0, attempts_exhausted: inFlight = 0 } = counts;
    expect(over + inFlight).toBe(PARALLEL - 1);
    expect(await issued()).toBe(1);
    expect(await mfa.eventTypes(subject)).toEqual(['stepped_up']);
    expect(await counted()).toEqual([0, 0, 0]);
  });

  it('gives each of eight step-ups of one session its success', async () => {
    await expect(prove(await asked(), WRONG)).rejects.toMatchObject({ code: 'invalid_code' });
    const challenges = await Promise.all(many(8, () => asked()));
    expect(await tallyOutcomes(challenges.map((challenge) => prove(challenge, RIGHT)))).toEqual({
      ok: 8,
    });
    expect((await counted()).slice(1)).toEqual([0, 0]);
  });

  it('is guessed at no more than its challenge allows, however many come at once', async () => {
    const challenge = await asked();
    const counts = await tallyOutcomes(many(PARALLEL, () => prove(challenge, WRONG)));
    expect(counts).toEqual({ invalid_code: 5, attempts_exhausted: PARALLEL - 5 });
  });

  it('is guessed at no more than a session may, over any number of challenges at once', async () => {
    const challenges = await Promise.all(many(20, () => asked()));
    const counts = await tallyOutcomes(challenges.map((challenge) => prove(challenge, WRONG)));
    expect(counts).toEqual({ invalid_code: 10, session_locked: 10 });
    const locked = prove(await asked(), RIGHT);
    await expect(locked).rejects.toMatchObject({ code: 'session_locked' });
    await expect(prove(await asked('s2'), RIGHT)).resolves.toHaveProperty('tokens');
    const types = await mfa.eventTypes(subject);
    expect(types.filter((type) => type === 'session_locked')).toHaveLength(1);
  });

  it('gives nothing where a method becomes active while it is judged, and is given back', async () => {
    const challenge = await asked();
    passwords.meanwhile = () => mfa.enrolApp(subject);
    await expect(prove(challenge, RIGHT)).rejects.toMatchObject({ code: 'invalid_token' });
    expect(await issued()).toBe(0);
    expect(await mfa.eventTypes(subject)).not.toContain('stepped_up');
    expect(await counted()).toEqual([0, 0, 0]);
  });

  it('is given back where no token can be made of it', async () => {
    const challenge = await asked();
    const broken = async () => Promise.reject(new Error('broken'));
    jest.spyOn(mfa.parts.tokens, 'issue').mockImplementationOnce(broken);
    await expect(prove(challenge, RIGHT)).rejects.toThrow('broken');
    expect(await counted()).toEqual([0, 0, 0]);
    await expect(prove(challenge, RIGHT)).resolves.toHaveProperty('tokens');
  });

  it('records what else happens with its tokens', async () => {
    mfa.parts.tokens.further = ['session_displaced'];
    await prove(await asked(), RIGHT);
    expect(await mfa.eventTypes(subject)).toEqual(['stepped_up', 'session_displaced']);
  });
});
