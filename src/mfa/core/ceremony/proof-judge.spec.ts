import { CodeProof } from '../../contract/code-proof.js';
import { SystemRandomSource } from '../../contract/random.js';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { type SpentAttempt } from '../ports/attempts.js';
import { type Authenticator } from '../ports/authenticators.js';
import { BackupCodes } from './backup-codes.js';
import { type MfaHandler, type VerifyInput } from '../../contract/handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { KeyRing } from '../keys/key-ring.js';
import { ProofJudge } from './proof-judge.js';
import { readProof } from './proof-reading.js';

const AT = new FakeClock().now();
const OPEN = { at: AT, isLocked: false };
const LOCKED = { at: AT, isLocked: true };
const CODE = 'ABCDEFGHJKMN';
const subject = {
  id: 's1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};

const client = { ip: null, userAgent: null };

const options = resolveMfaOptions({
  secretKeys: [{ id: 'k', key: new Uint8Array(32) }],
  backupCodeHashCost: 4,
});

/** Takes the code that is its state, and counts how often it is asked. */
class CountingHandler implements MfaHandler<string> {
  readonly name = 'word';
  readonly displayName = 'Word';
  readonly amr = ['kba'];
  readonly requiresDispatch = false;
  readonly proofSchema = CodeProof;
  readonly stateVersion = 1;
  asked = 0;

  parseState = (state: unknown) => String(state);
  setup = async () => ({ state: 'word', response: {} });
  describe = () => ({});

  async verify({ state, proof }: VerifyInput<string, unknown, object>) {
    this.asked += 1;
    return 'code' in proof && proof.code === state
      ? { ok: true as const, state }
      : { ok: false as const };
  }
}

function authenticatorOf(id: string, state: string, label: string): Authenticator {
  const times = { createdAt: AT, boundAt: AT, confirmedAt: AT, lastUsedAt: null };
  return { id, label, setUpIn: null, confirmedIn: 1, ...times, state };
}

function attemptOf(
  authenticators: readonly Authenticator[],
  backupCode: SpentAttempt['backupCode'] = null,
): SpentAttempt {
  const method = { handler: 'word', activation: 1, authenticators, stateVersion: 1 };
  const challenge = { data: null, authenticatorId: null };
  // Nothing else of an attempt is looked at.
  return { method, challenge, backupCode } as unknown as SpentAttempt;
}

describe('ProofJudge', () => {
  const backupCodes = new BackupCodes(options, new SystemRandomSource(), new KeyRing(options));
  let handler: CountingHandler;
  beforeEach(() => {
    handler = new CountingHandler();
  });

  function judgeOf(code: string): ProofJudge {
    const reading = readProof([handler], { code }, backupCodes);
    return new ProofJudge(
      { registry: new HandlerRegistry([handler]), backupCodes },
      { subject, client, reading },
    );
  }

  it('judges once by one state, whatever else of the method has changed', async () => {
    const judge = judgeOf('open');
    const others = authenticatorOf('a1', 'closed', 'Phone');
    const right = await judge.judge(
      attemptOf([others, authenticatorOf('a2', 'open', 'Tab')]),
      OPEN,
    );
    expect(handler.asked).toBe(2);
    const renamed = attemptOf([others, authenticatorOf('a2', 'open', 'Tablet')]);
    expect(await judge.judge(renamed, LOCKED)).toMatchObject({
      amr: right?.amr,
      proven: { authenticators: [{ label: 'Phone' }, { label: 'Tablet' }] },
    });
    expect(handler.asked).toBe(2);
  });

  it.each([
    [false, 'worn_out'],
    [undefined, null],
  ])('has a reason only where no proof can be guessed: %s', async (isGuessable, refusal) => {
    const reason = 'worn_out';
    const verify = handler.verify.bind(handler);
    const worn = {
      isGuessable,
      verify: async (input: VerifyInput<string, unknown, object>) =>
        input.state === 'worn' ? { ok: false as const, reason } : verify(input),
    };
    Object.assign(handler, worn);
    const [worked, dead, other] = ['open', 'worn', 'shut'].map((state) =>
      authenticatorOf(state, state, state),
    );
    if (!worked || !dead || !other) throw new Error('There are three.');
    const judge = judgeOf('open');
    expect(judge.refusal).toBeNull();
    expect(await judge.judge(attemptOf([other, dead]), OPEN)).toBeNull();
    expect(judge.refusal).toBe(refusal);
    expect(await judge.judge(attemptOf([dead, worked]), OPEN)).not.toBeNull();
    expect(judge.refusal).toBeNull();
    expect(await judge.judge(attemptOf([dead]), OPEN)).toBeNull();
    expect(await judge.judge(attemptOf([other]), OPEN)).toBeNull();
    expect(judge.refusal).toBeNull();
  });

  it('judges again by another state, and at another time', async () => {
    const judge = judgeOf('open');
    expect(
      await judge.judge(attemptOf([authenticatorOf('a1', 'open', 'Tab')]), OPEN),
    ).not.toBeNull();
    expect(await judge.judge(attemptOf([authenticatorOf('a1', 'shut', 'Tab')]), OPEN)).toBeNull();
    const later = { ...OPEN, at: new Date(AT.getTime() + 1) };
    await judge.judge(attemptOf([authenticatorOf('a1', 'shut', 'Tab')]), later);
    expect(handler.asked).toBe(3);
  });

  it('takes no proof of a method where there is none', async () => {
    const passwords = { ...attemptOf([]), method: null };
    expect(await judgeOf('open').judge(passwords, OPEN)).toBeNull();
    expect(handler.asked).toBe(0);
  });

  it('compares a backup code with its hash once, and never while others wait', async () => {
    const [stored = { lookup: '', hash: '' }] = await backupCodes.seal({ subject, client }, [CODE]);
    const attempt = attemptOf([authenticatorOf('a1', 'open', 'Tab')], { ...stored, setId: 's1' });
    await expect(judgeOf(CODE).judge(attempt, LOCKED)).rejects.toMatchObject({
      code: 'unavailable',
    });
    const judge = judgeOf(CODE);
    const proven = {
      proven: { by: 'backup_code', lookup: stored.lookup },
      amr: ['otp'],
      authenticatorId: null,
      backupCodesId: 's1',
    };
    expect(await judge.judge(attempt, OPEN)).toEqual(proven);
    expect(await judge.judge(attempt, LOCKED)).toEqual(proven);
    const spent = attemptOf([authenticatorOf('a1', 'open', 'Tab')]);
    expect(await judge.judge(spent, LOCKED)).toBeNull();
  });
});
