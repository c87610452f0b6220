import { parseWebAuthnState } from './webauthn.state.js';

const credential = {
  id: 'aWQ',
  publicKey: 'a2V5',
  signCount: 0,
  deviceType: 'singleDevice',
  backedUp: false,
  transports: ['usb'],
  aaguid: '00000000-0000-0000-0000-000000000000',
};

describe('parseWebAuthnState', () => {
  it.each([[{}], [{ signCount: 2 ** 32 - 1 }], [{ deviceType: 'multiDevice', backedUp: true }]])(
    'reads a credential with %j',
    (changes) => {
      const state = { credential: { ...credential, ...changes } };
      expect(parseWebAuthnState(state, 1)).toEqual(state);
    },
  );

  it('reads a key that is not made yet', () => {
    expect(parseWebAuthnState({ credential: null }, 1)).toEqual({ credential: null });
  });

  it('reads nothing but the members of a state', () => {
    const state = { credential: { ...credential, extra: 1 }, extra: 1 };
    expect(parseWebAuthnState(state, 1)).toEqual({ credential });
  });

  it.each([
    [{ id: undefined }],
    [{ id: 'a+b' }],
    [{ publicKey: 1 }],
    [{ publicKey: '' }],
    [{ signCount: -1 }],
    [{ signCount: '1' }],
    [{ deviceType: 'other' }],
    [{ backedUp: 0 }],
    [{ transports: 'usb' }],
    [{ transports: [1] }],
    [{ aaguid: undefined }],
  ])('refuses a credential with %j', (changes) => {
    const state = { credential: { ...credential, ...changes } };
    expect(() => parseWebAuthnState(state, 1)).toThrow('not the state');
  });

  it.each([[undefined], ['text']])('refuses %j as a credential', (value) => {
    expect(() => parseWebAuthnState({ credential: value }, 1)).toThrow('not the state');
  });
});
