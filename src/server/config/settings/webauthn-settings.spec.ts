import { relyingPartyId, webAuthnOf } from './webauthn-settings.js';

const UNSET = {
  WEBAUTHN_RP_ID: null,
  WEBAUTHN_ORIGINS: null,
  WEBAUTHN_RELATED_ORIGINS: null,
  PASSKEY_ENROLL_URL: null,
  PASSKEY_MANAGE_URL: null,
};

describe('webAuthnOf', () => {
  it('takes the origin that clients see, and its host, unless told otherwise', () => {
    expect(webAuthnOf(UNSET, 'https://login.example.org:8443').webAuthn).toEqual({
      rpId: 'login.example.org',
      origins: ['https://login.example.org:8443'],
      relatedOrigins: [],
    });
    const given = {
      ...UNSET,
      WEBAUTHN_RP_ID: 'example.org',
      WEBAUTHN_ORIGINS: ['https://app.example.org'],
      WEBAUTHN_RELATED_ORIGINS: ['https://shop.example.com'],
    };
    expect(webAuthnOf(given, 'https://login.example.org').webAuthn).toEqual({
      rpId: 'example.org',
      origins: ['https://app.example.org'],
      relatedOrigins: ['https://shop.example.com'],
    });
  });

  it('has a null for a page that is not told', () => {
    const manage = 'https://app.example.org/passkeys';
    const { passkeyPages } = webAuthnOf({ ...UNSET, PASSKEY_MANAGE_URL: manage }, manage);
    expect(passkeyPages).toEqual({ enroll: null, manage });
  });
});

describe('relyingPartyId', () => {
  it.each([
    ['example.org', 'example.org'],
    ['localhost', 'localhost'],
    ['Example.org', undefined],
    ['https://example.org', undefined],
    ['example.org:443', undefined],
  ])('reads "%s" as %s', (text, value) => {
    expect(relyingPartyId.safeParse(text).data).toBe(value);
  });
});
