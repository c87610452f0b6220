import { type HandlerDefaults } from '../../kit/handler-defaults.js';
import { resolveWebAuthnOptions, type WebAuthnHandlerOptions } from './webauthn.options.js';

const defaults: HandlerDefaults = {
  applicationName: 'My App',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
const given: WebAuthnHandlerOptions = { rpId: 'example.org', origins: ['https://example.org'] };
const BAD_RP_ID = 'rpId takes a host name such as example.org, or localhost.';
const BAD_RELATED = 'relatedOrigins takes a list of origins such as https://app.example.com.';
const BAD_NAME = 'rpName takes 1 to 64 characters.';
const BAD_TIMEOUT = 'timeoutSeconds takes a whole number from 30 to 600.';

describe('resolveWebAuthnOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveWebAuthnOptions(given, defaults)).toEqual({
      ...given,
      relatedOrigins: [],
      rpName: 'My App',
      name: 'webauthn',
      displayName: 'Security key',
      userVerification: 'preferred',
      acceptsCountOfZero: false,
      timeoutSeconds: 300,
    });
  });

  it('keeps what is given', () => {
    const all: WebAuthnHandlerOptions = {
      rpId: 'example.org',
      origins: ['https://login.example.org:8443', 'https://example.org'],
      relatedOrigins: ['https://shop.example.com'],
      rpName: 'Example',
      name: 'work_key',
      displayName: 'Work key',
      userVerification: 'required',
      acceptsCountOfZero: true,
      timeoutSeconds: 30,
    };
    expect(resolveWebAuthnOptions(all, defaults)).toEqual(all);
  });

  it.each([
    ['localhost', 'http://localhost:3000'],
    ['localhost', 'https://app.localhost'],
    ['a1.example.co.uk', 'https://b-c.a1.example.co.uk'],
    ['xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
  ])('takes the relying party %s with the origin %s', (rpId, origin) => {
    expect(() => resolveWebAuthnOptions({ rpId, origins: [origin] }, defaults)).not.toThrow();
  });

  it.each([
    [{ rpId: undefined }, BAD_RP_ID],
    [{ rpId: '' }, BAD_RP_ID],
    [{ rpId: 'org' }, BAD_RP_ID],
    [{ rpId: '192.0.2.1' }, BAD_RP_ID],
    [{ rpId: 'Example.org' }, BAD_RP_ID],
    [{ rpId: 'example.org:443' }, BAD_RP_ID],
    [{ rpId: 'https://example.org' }, BAD_RP_ID],
    [{ rpId: '-a.example' }, BAD_RP_ID],
    [{ rpId: `${'a.'.repeat(126)}example` }, BAD_RP_ID],
    [{ origins: undefined }, 'origins takes at least one origin.'],
    [{ origins: 'https://example.org' }, 'origins takes at least one origin.'],
    [{ origins: [] }, 'origins takes at least one origin.'],
    [{ relatedOrigins: 'https://shop.example.com' }, BAD_RELATED],
    [{ relatedOrigins: ['http://shop.example.com'] }, BAD_RELATED],
    [{ relatedOrigins: ['https://shop.example.com/'] }, BAD_RELATED],
    [{ relatedOrigins: ['shop'] }, BAD_RELATED],
    [{ rpName: ' ' }, BAD_NAME],
    [{ rpName: 'a'.repeat(65) }, BAD_NAME],
    [{ rpName: 'a\ud800' }, BAD_NAME],
    [
      { userVerification: 'always' },
      'userVerification takes one of required, preferred, discouraged.',
    ],
    [{ acceptsCountOfZero: 'no' }, 'acceptsCountOfZero takes true or false.'],
    [{ timeoutSeconds: 29 }, BAD_TIMEOUT],
    [{ timeoutSeconds: 601 }, BAD_TIMEOUT],
    [{ timeoutSeconds: 60.5 }, BAD_TIMEOUT],
  ])('refuses %j', (changes, error) => {
    // Values that a host in plain JavaScript may pass.
    const untyped = { ...given, ...changes } as WebAuthnHandlerOptions;
    expect(() => resolveWebAuthnOptions(untyped, defaults)).toThrow(
      `MFA handler "webauthn": ${error}`,
    );
  });

  it.each([
    'example.org',
    'https://example.org/',
    'https://example.org/app',
    'https://EXAMPLE.org',
    'http://example.org',
    'https://evilexample.org',
    'https://example.org.evil.test',
    'http://localhost',
    'android:apk-key-hash:abc',
  ])('refuses the origin %s', (origin) => {
    expect(() => resolveWebAuthnOptions({ ...given, origins: [origin] }, defaults)).toThrow(
      `MFA handler "webauthn": origins takes https://example.org or origins of hosts under it, with http for localhost alone; "${origin}" is none.`,
    );
  });

  it('says how options are given when there are none', () => {
    expect(() => resolveWebAuthnOptions(undefined, defaults)).toThrow(
      'MFA handler "webauthn" misses its options: list webauthnHandler({ rpId, origins }), or bind WEBAUTHN_HANDLER_OPTIONS.',
    );
  });
});
