import { parseWebAuthnState } from './webauthn.state.js';

const credential = {
  id: 'aWQ',
  publicKey: 'a2V5',
  signCount: 0,
  deviceType: 'singleDevice',
  backedUp: false,
  transports: ['usb'],
  aaguid: '00000000-0000-0000-0000-000000000000',
  userVerified: true,
  isDiscoverable: true,
  userHandle: 'aGFuZGxl',
};
const VERSION = 2;

describe('parseWebAuthnState', () => {
  it.each([
    [{}],
    [{ signCount: 2 ** 32 - 1 }],
    [{ deviceType: 'multiDevice', backedUp: true }],
    [{ isDiscoverable: null, userHandle: null }],
  ])('reads a credential with %j', (changes) => {
    const state = { credential: { ...credential, ...changes } };
    expect(parseWebAuthnState(state, VERSION)).toEqual(state);
  });

  it('reads a key that is not made yet', () => {
    expect(parseWebAuthnState({ credential: null }, VERSION)).toEqual({ credential: null });
  });

  it('reads the first version, which tells less', () => {
    const unknown = { userVerified: undefined, isDiscoverable: undefined, userHandle: undefined };
    const first = { ...credential, ...unknown };
    const unrecorded = { ...first, userVerified: false, isDiscoverable: null, userHandle: null };
    expect(parseWebAuthnState({ credential: first }, 1)).toEqual({ credential: unrecorded });
    expect(parseWebAuthnState({ credential }, 1)).toEqual({ credential: unrecorded });
    expect(parseWebAuthnState({ credential: null }, 1)).toEqual({ credential: null });
    for (const state of [null, 'text', { credential: 'text' }]) {
      expect(() => parseWebAuthnState(state, 1)).toThrow('not the state');
    }
    expect(() => parseWebAuthnState({ credential: null }, 3)).toThrow('not the state');
  });

  it('reads nothing but the members of a state', () => {
    const state = { credential: { ...credential, extra: 1 }, extra: 1 };
    expect(parseWebAuthnState(state, VERSION)).toEqual({ credential });
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
    [{ userVerified: undefined }],
    [{ isDiscoverable: 'yes' }],
    [{ isDiscoverable: undefined }],
    [{ userHandle: 'a+b' }],
    [{ userHandle: 7 }],
  ])('refuses a credential with %j', (changes) => {
    const state = { credential: { ...credential, ...changes } };
    expect(() => parseWebAuthnState(state, VERSION)).toThrow('not the state');
  });

  it.each([[undefined], ['text']])('refuses %j as a credential', (value) => {
    expect(() => parseWebAuthnState({ credential: value }, VERSION)).toThrow('not the state');
  });
});
