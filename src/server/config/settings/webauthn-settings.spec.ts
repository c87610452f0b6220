import { relyingPartyId, webAuthnOf } from './webauthn-settings.js';

describe('webAuthnOf', () => {
  it('takes the origin that clients see, and its host, unless told otherwise', () => {
    const unset = { WEBAUTHN_RP_ID: null, WEBAUTHN_ORIGINS: null };
    expect(webAuthnOf(unset, 'https://login.example.org:8443')).toEqual({
      rpId: 'login.example.org',
      origins: ['https://login.example.org:8443'],
    });
    const given = { WEBAUTHN_RP_ID: 'example.org', WEBAUTHN_ORIGINS: ['https://app.example.org'] };
    expect(webAuthnOf(given, 'https://login.example.org')).toEqual({
      rpId: 'example.org',
      origins: ['https://app.example.org'],
    });
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
