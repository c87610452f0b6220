import {
  ACR,
  acrOf,
  countingProofs,
  latestOf,
  proofsThatMatter,
  readProofs,
  type SessionProof,
  standingOf,
  storedProofs,
  withoutSecondFactor,
  withProof,
} from './assurance.js';
import { type Authenticator } from './authenticators.js';

const MORNING = new Date('2026-01-01T08:00:00.000Z');
const NOON = new Date('2026-01-01T12:00:00.000Z');

const PASSWORD: SessionProof = {
  amr: ['pwd'],
  methodId: null,
  authenticatorId: null,
  backupCodesId: null,
  activation: null,
  at: MORNING,
};
const CODE: SessionProof = {
  amr: ['otp'],
  methodId: 'm1',
  authenticatorId: 'a1',
  backupCodesId: null,
  activation: 1,
  at: NOON,
};
const BACKUP: SessionProof = { ...CODE, authenticatorId: null, backupCodesId: 's1' };

const works: Authenticator = {
  id: 'a1',
  label: null,
  createdAt: MORNING,
  setUpIn: null,
  boundAt: MORNING,
  confirmedAt: MORNING,
  confirmedIn: 1,
  lastUsedAt: null,
  state: null,
};
const active = { id: 'm1', isActive: true, activation: 1, authenticators: [works] };
const again = { ...active, activation: 3, authenticators: [{ ...works, confirmedIn: 3 }] };
const inactive = { ...active, isActive: false, activation: null };

const ON_DEVICE: SessionProof = {
  ...PASSWORD,
  at: NOON,
  deviceProof: {
    methodId: 'm1',
    authenticatorId: 'a1',
    backupCodesId: null,
    activation: 1,
    at: MORNING,
  },
};

describe('what a remembered device saw', () => {
  it('is told, and shows no factor of now', () => {
    expect(standingOf([ON_DEVICE])).toEqual({
      amr: ['pwd'],
      authenticatedAt: NOON,
      deviceMfaAt: MORNING,
    });
    expect(standingOf([PASSWORD])).not.toHaveProperty('deviceMfaAt');
  });

  it('counts while its method works, and the password counts without it', () => {
    const counting = (methods: (typeof active)[]) =>
      countingProofs([ON_DEVICE], { methods, backupCodesId: null });
    expect(counting([active])).toEqual([ON_DEVICE]);
    expect(counting([again])).toEqual([{ ...PASSWORD, at: NOON }]);
    expect(counting([])).toEqual([{ ...PASSWORD, at: NOON }]);
  });

  it('is kept with its session', () => {
    expect(readProofs(JSON.parse(storedProofs([ON_DEVICE, CODE])))).toEqual([ON_DEVICE, CODE]);
    const present = { methods: [], backupCodesId: null };
    expect(proofsThatMatter([ON_DEVICE], present, NOON)).toEqual([ON_DEVICE]);
  });
});

describe('countingProofs', () => {
  it.each([
    ['a first factor, whatever the methods are', [PASSWORD], [], [PASSWORD]],
    ['one of an authenticator that works', [CODE], [active], [CODE]],
    ['none of a method that is gone', [PASSWORD, CODE], [], [PASSWORD]],
    ['none of a method that is inactive', [CODE], [inactive], []],
    ['none of an authenticator that is gone', [CODE], [{ ...active, authenticators: [] }], []],
    ['none of an authenticator that no longer works', [CODE], [{ ...active, activation: 3 }], []],
    [
      'none of a method that names neither an authenticator nor a set of codes',
      [{ ...CODE, authenticatorId: null }],
      [active],
      [],
    ],
    ['none of an earlier activation of its method', [CODE], [again], []],
    ['no backup code of an earlier activation of its method', [BACKUP], [again], []],
    ['a backup code in the place of an active method', [BACKUP], [active], [BACKUP]],
    ['no backup code in the place of a method that is gone', [BACKUP], [], []],
    ['no backup code of a set that is dead', [{ ...BACKUP, backupCodesId: 's0' }], [active], []],
    [
      'no backup code of a dead set that was shown with what still works',
      [{ ...BACKUP, backupCodesId: 'a1' }],
      [active],
      [],
    ],
  ])('counts %s', (_, proofs, methods, expected) => {
    expect(countingProofs(proofs, { methods, backupCodesId: 's1' })).toEqual(expected);
  });

  it('counts no backup code where there is none', () => {
    expect(countingProofs([BACKUP], { methods: [active], backupCodesId: null })).toEqual([]);
  });
});

describe('standingOf', () => {
  it('is one factor where a code went to where the first one came from', () => {
    const mailed = { ...CODE, isOfFirstFactor: true };
    expect(standingOf([PASSWORD, mailed])).toEqual({ amr: ['pwd', 'otp'], authenticatedAt: NOON });
    expect(standingOf([PASSWORD, mailed, BACKUP]).amr).toEqual(['pwd', 'otp', 'mfa']);
  });

  it('is nothing without a proof', () => {
    expect(standingOf([])).toEqual({ amr: [], authenticatedAt: null });
    expect(acrOf([])).toBe(ACR.noFactor);
  });

  it('is one factor after one, as old as the last proof', () => {
    const later = { ...PASSWORD, at: NOON };
    expect(standingOf([PASSWORD, later])).toEqual({ amr: ['pwd'], authenticatedAt: NOON });
    expect(standingOf([later, PASSWORD]).authenticatedAt).toEqual(NOON);
    expect(acrOf(['pwd'])).toBe(ACR.singleFactor);
  });

  it('is two factors after two, as old as the last proof of the second', () => {
    const again = { ...PASSWORD, at: new Date('2026-01-01T20:00:00.000Z') };
    expect(standingOf([PASSWORD, CODE, again])).toEqual({
      amr: ['pwd', 'otp', 'mfa'],
      authenticatedAt: NOON,
    });
    expect(acrOf(['pwd', 'otp', 'mfa'])).toBe(ACR.twoFactors);
  });

  it('is one factor after two proofs of second factors alone', () => {
    expect(standingOf([CODE, { ...CODE, methodId: 'm2' }]).amr).toEqual(['otp']);
  });

  it('believes a proof that was of two factors by itself', () => {
    const upstream = { ...PASSWORD, amr: ['mfa', 'pwd'] };
    expect(standingOf([upstream])).toEqual({ amr: ['pwd', 'mfa'], authenticatedAt: MORNING });
    expect(withoutSecondFactor([upstream])).toEqual([PASSWORD]);
  });
});

describe('withProof', () => {
  it('puts a proof in the place of an older one of the same authenticator, and beside all others', () => {
    const later = { ...CODE, at: NOON };
    const other = { ...CODE, authenticatorId: 'a2' };
    const all = [PASSWORD, other, BACKUP, { ...BACKUP, backupCodesId: 's2' }];
    expect(withProof([CODE, ...all], later)).toEqual([...all, later]);
    const another = { ...BACKUP, at: MORNING };
    expect(withProof([PASSWORD, BACKUP], another)).toEqual([PASSWORD, another]);
  });

  it('puts a password in the place of an older one, and beside another first factor', () => {
    const mailbox = { ...PASSWORD, amr: ['otp'] };
    const later = { ...PASSWORD, at: NOON };
    expect(withProof([PASSWORD, mailbox], later)).toEqual([mailbox, later]);
  });

  it('leaves a method the first factor of the session that began with it alone', () => {
    const first = { ...CODE, at: MORNING, isOfFirstFactor: true };
    const other = { ...CODE, methodId: 'm2' };
    const another = { ...CODE, authenticatorId: 'a2' };
    expect(withProof([first, other], CODE)).toEqual([other, { ...CODE, isOfFirstFactor: true }]);
    expect(withProof([first], other)).toEqual([first, other]);
    expect(withProof([first], another)).toEqual([first, { ...another, isOfFirstFactor: true }]);
    expect(withProof([PASSWORD, first], CODE)).toEqual([PASSWORD, CODE]);
  });

  it('keeps what showed two factors by itself beside a proof that shows one', () => {
    const two = { ...CODE, amr: ['pop', 'mfa'], at: MORNING };
    expect(withProof([two], CODE)).toEqual([two, CODE]);
    expect(withProof([two, CODE], { ...two, at: NOON })).toEqual([CODE, { ...two, at: NOON }]);
  });
});

it('keeps the proofs that count, and the others for as long as their credential can be taken back', () => {
  const present = { methods: [active], backupCodesId: 's2' };
  const early = { ...BACKUP, at: MORNING };
  const proofs = [PASSWORD, { ...CODE, at: MORNING }, early, BACKUP];
  expect(proofsThatMatter(proofs, present, MORNING)).toEqual([PASSWORD, proofs[1], BACKUP]);
  expect(proofsThatMatter(proofs, present, NOON)).toEqual([PASSWORD, proofs[1]]);
});

it('reads the proofs that it stores', () => {
  expect(readProofs(JSON.parse(storedProofs([PASSWORD, CODE, BACKUP])))).toEqual([
    ...[PASSWORD, CODE, BACKUP],
  ]);
  expect(latestOf([PASSWORD, CODE])).toEqual(NOON);
});
