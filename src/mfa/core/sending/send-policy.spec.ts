import { type MfaModuleOptions, resolveMfaOptions } from '../options/mfa.options.js';
import {
  keptAllowancesOf,
  type ScopedSendAllowance,
  sendAllowancesOf,
  spareAllowancesOf,
} from './send-policy.js';

const CAUSE = {
  subjectId: 'u1',
  purpose: 'login',
  factor: 'email',
  addressTags: ['k1.a', 'k2.a'],
  ownAddressTags: [],
  ip: '192.0.2.1',
} as const;
const IN_SITE = { ...CAUSE, ip: '2001:db8::1' };

function options(changes: Partial<MfaModuleOptions> = {}) {
  return resolveMfaOptions({ secretKeys: [{ id: 'k', key: new Uint8Array(32) }], ...changes });
}

function shown(allowances: readonly ScopedSendAllowance[] | null) {
  return allowances?.map(({ key, maxSends, subjectId }) => [key, maxSends, subjectId]);
}

describe('sendAllowancesOf', () => {
  it('charges a code for a confirmed binding to its subject and its network, and leaves a fifth of the cap', () => {
    expect(shown(sendAllowancesOf(options(), { ...CAUSE, isBound: true }))).toEqual([
      ['binding:u1:k1.a', 10, 'u1'],
      ['binding:u1:k2.a', 10, 'u1'],
      ['bound:192.0.2.1', 300, undefined],
      ['subject:u1:login', 5, 'u1'],
      ['total:email', 8000, undefined],
    ]);
  });

  it('counts what a session asks for at a binding apart from sign-ins', () => {
    const cause = { ...CAUSE, purpose: 'step_up', isBound: true } as const;
    expect(shown(sendAllowancesOf(options(), cause))?.slice(0, 2)).toEqual([
      ['session-binding:u1:k1.a', 10, 'u1'],
      ['session-binding:u1:k2.a', 10, 'u1'],
    ]);
  });

  it('charges a code for an enrolment to its subject, its network and the address, and leaves a fifth', () => {
    expect(shown(sendAllowancesOf(options(), { ...CAUSE, isBound: false }))).toEqual([
      ['address:k1.a', 5, undefined],
      ['address:k2.a', 5, undefined],
      ['network:192.0.2.1', 100, undefined],
      ['subject:u1:login', 5, 'u1'],
      ['total:email', 8000, undefined],
    ]);
    const few = options({ maxSendsPerHour: 11 });
    const all = shown(sendAllowancesOf(few, { ...CAUSE, isBound: false }));
    expect(all?.at(-1)).toEqual(['total:email', 8, undefined]);
  });

  it('charges a /48 of IPv6 too, up to sixteen times as many', () => {
    const keys = (isBound: boolean) =>
      shown(sendAllowancesOf(options(), { ...IN_SITE, isBound }))?.slice(2, 4);
    expect(keys(true)).toEqual([
      ['bound:2001:db8::/56', 300, undefined],
      ['bound:2001:db8::/48', 4800, undefined],
    ]);
    expect(keys(false)).toEqual([
      ['network:2001:db8::/56', 100, undefined],
      ['network:2001:db8::/48', 1600, undefined],
    ]);
  });

  it('counts what an account has sent to its own address apart from what strangers have', () => {
    const cause = { ...CAUSE, ownAddressTags: ['k1.a'], isBound: false };
    expect(shown(sendAllowancesOf(options(), cause))?.slice(0, 2)).toEqual([
      ['own-address:k1.a', 5, undefined],
      ['address:k2.a', 5, undefined],
    ]);
  });
});

describe('spareAllowancesOf', () => {
  const spareOf = (isBound: boolean, refused: string) => {
    const cause = { ...IN_SITE, isBound };
    return shown(spareAllowancesOf(sendAllowancesOf(options(), cause), cause, refused));
  };

  it.each(['bound:2001:db8::/56', 'bound:2001:db8::/48'])(
    'are of the subject alone where %s is spent',
    (key) =>
      expect(spareOf(true, key)).toEqual([
        ['binding:u1:k1.a', 10, 'u1'],
        ['binding:u1:k2.a', 10, 'u1'],
        ['subject:u1:login', 5, 'u1'],
        ['total:email', 8000, undefined],
        ['spare:u1', 2, 'u1'],
      ]),
  );

  it('are counted apart for what a session asks for', () => {
    const cause = { ...CAUSE, purpose: 'manage', isBound: true } as const;
    const spare = spareAllowancesOf(sendAllowancesOf(options(), cause), cause, 'bound:192.0.2.1');
    expect(shown(spare)?.at(-1)).toEqual(['session-spare:u1', 2, 'u1']);
  });

  it('are none for what else is spent, and none for enrolments', () => {
    expect(spareOf(true, 'subject:u1:login')).toBeUndefined();
    expect(spareOf(true, 'total:email')).toBeUndefined();
    expect(spareOf(false, 'network:2001:db8::/56')).toBeUndefined();
  });
});

describe('keptAllowancesOf', () => {
  const keptOf = (cause: { readonly ip: string; readonly isBound?: boolean }, refused: string) =>
    shown(keptAllowancesOf(options(), { ...CAUSE, isBound: true, ...cause }, refused));

  it('are a tenth of what is kept for each network, beside its own, under the whole cap', () => {
    expect(keptOf(CAUSE, 'total:email')).toEqual([
      ['binding:u1:k1.a', 10, 'u1'],
      ['binding:u1:k2.a', 10, 'u1'],
      ['bound:192.0.2.1', 300, undefined],
      ['subject:u1:login', 5, 'u1'],
      ['kept:email:192.0.2.1', 200, undefined],
      ['total:email', 10_000, undefined],
    ]);
  });

  it('are one for all networks of a /48 of IPv6', () => {
    const kept = keptOf(IN_SITE, 'total:email');
    expect(kept?.at(-2)).toEqual(['kept:email:2001:db8::/48', 200, undefined]);
  });

  it('are two where the cap is low', () => {
    const cause = { ...CAUSE, isBound: true };
    const kept = keptAllowancesOf(options({ maxSendsPerHour: 11 }), cause, 'total:email');
    expect(shown(kept)?.slice(-2)).toEqual([
      ['kept:email:192.0.2.1', 2, undefined],
      ['total:email', 11, undefined],
    ]);
  });

  it('are none for what else is spent, and none for enrolments', () => {
    expect(keptOf(CAUSE, 'bound:192.0.2.1')).toBeUndefined();
    expect(keptOf({ ...CAUSE, isBound: false }, 'total:email')).toBeUndefined();
  });
});
