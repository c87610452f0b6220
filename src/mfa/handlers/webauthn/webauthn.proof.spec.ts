import 'reflect-metadata';
import { MfaError } from '../../contract/errors.js';
import { readFields } from '../../contract/read-fields.js';
import { WebAuthnProof } from './webauthn.proof.js';

const registration = {
  id: 'aWQ',
  rawId: 'aWQ',
  type: 'public-key',
  response: { clientDataJSON: 'e30', attestationObject: 'oA' },
};
const assertion = {
  ...registration,
  response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
};

function read(credential: unknown): WebAuthnProof {
  return readFields(WebAuthnProof, { credential });
}

function errorsOf(credential: unknown): unknown {
  try {
    return read(credential) && 'none';
  } catch (error) {
    return error instanceof MfaError ? error.extras.errors : error;
  }
}

const NOT_ONE = { credential: ['Not the JSON form of a public key credential.'] };

describe('WebAuthnProof', () => {
  it.each([
    ['registration', registration],
    ['assertion', assertion],
    [
      'assertion without a handle',
      { ...assertion, response: { ...assertion.response, userHandle: null } },
    ],
    [
      'assertion with an empty handle',
      { ...assertion, response: { ...assertion.response, userHandle: '' } },
    ],
    [
      'assertion with a handle',
      { ...assertion, response: { ...assertion.response, userHandle: 'aWQ' } },
    ],
    [
      'registration over no known way',
      { ...registration, response: { ...registration.response, transports: null } },
    ],
  ])('reads the JSON of a %s', (_, credential) => {
    expect(read(credential).credential).toEqual(credential);
  });

  it('does not mind what browsers add', () => {
    const response = {
      ...registration.response,
      authenticatorData: 'AA',
      publicKey: 'AA',
      publicKeyAlgorithm: -7,
      transports: ['internal', 'smart-card', 'cable'],
    };
    const clientExtensionResults = { credProps: { rk: true }, prf: { results: { first: 'AA' } } };
    const attachment = { authenticatorAttachment: null, clientExtensionResults };
    const credential = { ...registration, ...attachment, response };
    expect(read(credential).credential).toEqual(credential);
  });

  it.each<[unknown]>([
    ['text'],
    [1],
    [[]],
    [{}],
    [{ ...registration, type: 'password' }],
    [{ ...registration, id: 'b3RoZXI' }],
    [{ ...registration, id: 1, rawId: 1 }],
    [{ ...registration, id: '', rawId: '' }],
    [{ ...registration, id: 'a+/=', rawId: 'a+/=' }],
    [{ ...registration, response: null }],
    [{ ...registration, response: 'text' }],
    [{ ...registration, response: { clientDataJSON: 'e30' } }],
    [{ ...registration, response: { attestationObject: 'oA' } }],
    [{ ...registration, response: { ...registration.response, clientDataJSON: {} } }],
    [{ ...registration, response: { ...registration.response, transports: 'usb' } }],
    [{ ...registration, response: { ...registration.response, transports: [1] } }],
    [{ ...registration, response: { ...registration.response, transports: ['<b>'] } }],
    [
      {
        ...registration,
        response: { ...registration.response, transports: Array(11).fill('usb') },
      },
    ],
    [{ ...registration, clientExtensionResults: { credProps: { rk: 'yes' } } }],
    [{ ...assertion, response: { clientDataJSON: 'e30', authenticatorData: 'AA' } }],
    [{ ...assertion, response: { ...assertion.response, userHandle: 1 } }],
    [{ ...assertion, response: { ...assertion.response, userHandle: 'A'.repeat(87) } }],
  ])('refuses %j', (credential) => {
    expect(errorsOf(credential)).toEqual(NOT_ONE);
  });

  it.each([
    ['id', 1364],
    ['clientDataJSON', 5462],
    ['attestationObject', 21_846],
    ['authenticatorData', 5462],
    ['signature', 2731],
  ])('takes %s of at most %d characters', (member, most) => {
    const withLength = (length: number) => {
      const text = 'A'.repeat(length);
      if (member === 'id') return { ...assertion, id: text, rawId: text };
      const { response } = member === 'attestationObject' ? registration : assertion;
      return { ...assertion, response: { ...response, [member]: text } };
    };
    expect(errorsOf(withLength(most))).toBe('none');
    expect(errorsOf(withLength(most + 1))).toEqual(NOT_ONE);
  });

  it('is required', () => {
    expect(() => readFields(WebAuthnProof, {})).toThrow(MfaError);
  });
});
