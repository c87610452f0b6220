import { type AppState, type TotpAlgorithm } from './app.state.js';
import { totpPackage } from './totp.js';

const totp = await totpPackage.loadFor('app');

/** The secrets of RFC 6238 appendix B: the digits 1 to 0, as often as the hash is long. */
const RFC_SECRETS: Readonly<Record<TotpAlgorithm, Buffer>> = {
  SHA1: Buffer.from('1234567890'.repeat(2)),
  SHA256: Buffer.from('1234567890'.repeat(4).slice(0, 32)),
  SHA512: Buffer.from('1234567890'.repeat(7).slice(0, 64)),
};

function stateOf(algorithm: TotpAlgorithm, changes: Partial<AppState> = {}): AppState {
  const secret = totp.encodeSecret(RFC_SECRETS[algorithm]);
  return { secret, algorithm, digits: 8, periodSeconds: 30, usedSteps: [], ...changes };
}

const at = (seconds: number) => new Date(seconds * 1000);

describe('matchingStep', () => {
  // RFC 6238 appendix B.
  it.each<[number, TotpAlgorithm, string]>([
    [59, 'SHA1', '94287082'],
    [59, 'SHA256', '46119246'],
    [59, 'SHA512', '90693936'],
    [1111111109, 'SHA1', '07081804'],
    [1111111109, 'SHA256', '68084774'],
    [1111111109, 'SHA512', '25091201'],
    [1111111111, 'SHA1', '14050471'],
    [1111111111, 'SHA256', '67062674'],
    [1111111111, 'SHA512', '99943326'],
    [1234567890, 'SHA1', '89005924'],
    [1234567890, 'SHA256', '91819424'],
    [1234567890, 'SHA512', '93441116'],
    [2000000000, 'SHA1', '69279037'],
    [2000000000, 'SHA256', '90698825'],
    [2000000000, 'SHA512', '38618901'],
    [20000000000, 'SHA1', '65353130'],
    [20000000000, 'SHA256', '77737706'],
    [20000000000, 'SHA512', '47863826'],
  ])('at %d s, takes the %s code %s of RFC 6238', async (seconds, algorithm, code) => {
    const match = { state: stateOf(algorithm), code, now: at(seconds), windowSteps: 0 };
    expect(await totp.matchingStep(match)).toBe(Math.floor(seconds / 30));
  });

  // RFC 4226 appendix D: the counter is the step.
  it.each([
    [0, '755224'],
    [1, '287082'],
    [2, '359152'],
    [3, '969429'],
    [4, '338314'],
    [5, '254676'],
    [6, '287922'],
    [7, '162583'],
    [8, '399871'],
    [9, '520489'],
  ])('at counter %d, takes the code %s of RFC 4226', async (counter, code) => {
    const state = stateOf('SHA1', { digits: 6 });
    expect(await totp.matchingStep({ state, code, now: at(counter * 30), windowSteps: 0 })).toBe(
      counter,
    );
  });

  describe('near the steps of RFC 4226', () => {
    const state = stateOf('SHA1', { digits: 6 });
    const codeOfStep5 = '254676';

    it.each([
      [0, 149.999, false],
      [0, 150, true],
      [0, 179.999, true],
      [0, 180, false],
      [1, 119.999, false],
      [1, 120, true],
      [1, 209.999, true],
      [1, 210, false],
      [2, 89.999, false],
      [2, 90, true],
      [2, 239.999, true],
      [2, 240, false],
    ])(
      'with a window of %d steps, at %d s, the code of 150 s is taken: %s',
      async (windowSteps, seconds, isTaken) => {
        const match = { state, code: codeOfStep5, now: at(seconds), windowSteps };
        expect(await totp.matchingStep(match)).toBe(isTaken ? 5 : null);
      },
    );

    it('takes a code of the first steps although the window begins before them', async () => {
      const match = { state, code: '755224', now: at(0), windowSteps: 2 };
      expect(await totp.matchingStep(match)).toBe(0);
    });

    it.each([
      [[], 5],
      [[3], 5],
      [[4], 5],
      [[5], null],
      [[6], null],
      [[7], 5],
      [[1_000_000], 5],
      [[4, 1_000_000], 5],
      [[5, 1_000_000], null],
      [[5, 1_000_000, 3], null],
    ])('after steps %j, finds step %s', async (usedSteps, found) => {
      const match = { state: { ...state, usedSteps }, code: codeOfStep5, now: at(150) };
      expect(await totp.matchingStep({ ...match, windowSteps: 1 })).toBe(found);
    });

    it.each([
      [[], false],
      [[4], false],
      [[5], true],
      [[6], false],
      [[5, 6], true],
    ])('after steps %j, says of step 5 that it was used: %s', async (usedSteps, isUsed) => {
      const match = { state: { ...state, usedSteps }, now: at(150), windowSteps: 1 };
      expect(await totp.isUsed({ ...match, code: codeOfStep5 })).toBe(isUsed);
      expect(await totp.isUsed({ ...match, code: '000000' })).toBe(false);
    });
  });
});

describe('encodeSecret', () => {
  it.each([
    [20, 32],
    [32, 52],
    [64, 103],
  ])('makes %d bytes %d characters without padding', (byteLength, length) => {
    expect(totp.encodeSecret(Buffer.alloc(byteLength, 0xa5))).toMatch(
      new RegExp(`^[A-Z2-7]{${length}}$`),
    );
  });

  // RFC 4648 §10.
  it.each([
    ['f', 'MY'],
    ['foob', 'MZXW6YQ'],
    ['foobar', 'MZXW6YTBOI'],
  ])('encodes %s as %s', (text, encoded) => {
    expect(totp.encodeSecret(Buffer.from(text))).toBe(encoded);
  });
});

describe('otpauthUri', () => {
  const state = stateOf('SHA1', { digits: 6 });

  it('names issuer and account, with blanks as %20, and leaves out what is usual', () => {
    expect(totp.otpauthUri(state, 'My App', 'ada lovelace@example.org')).toBe(
      `otpauth://totp/My%20App:ada%20lovelace%40example.org?secret=${state.secret}&issuer=My%20App`,
    );
  });

  it('says what is unusual', () => {
    const unusual = stateOf('SHA512', { digits: 8, periodSeconds: 60 });
    expect(totp.otpauthUri(unusual, 'App', 'ada')).toBe(
      `otpauth://totp/App:ada?secret=${unusual.secret}&issuer=App&algorithm=SHA512&digits=8&period=60`,
    );
  });

  it.each([
    ['a name that would add parameters', 'a?b&secret=c#d', 'a%3Fb%26secret%3Dc%23d'],
    ['a name with half a character', 'a\ud800b', 'ab'],
    ['a name without end', '😀'.repeat(1000), '%F0%9F%98%80'.repeat(64)],
    ['a name with a colon', 'a:b：c', 'a.b%EF%BC%9Ac'],
    ['no name', '', 'App'],
    ['a name of what does not show', ' \u0000\ud800', 'App'],
  ])('can be made of %s', (_, account, label) => {
    expect(totp.otpauthUri(state, 'App', account)).toBe(
      `otpauth://totp/App:${label}?secret=${state.secret}&issuer=App`,
    );
  });
});
