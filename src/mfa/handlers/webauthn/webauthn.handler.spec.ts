import 'reflect-metadata';
import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import {
  defaults,
  desk,
  EVIL,
  makeHandler,
  newKey,
  now,
  type Opened,
  options,
  subject,
} from '../../../../test/support/webauthn-desk.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { RandomSource } from '../../contract/random.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { describeHandlerContract } from '../../testing/handler-contract.js';
import { webAuthnServer } from './webauthn-server.js';
import { WebAuthnHandler, webauthnHandler } from './webauthn.handler.js';
import { WEBAUTHN_HANDLER_OPTIONS } from './webauthn.options.js';

describe('WebAuthnHandler.setup', () => {
  it('shows creation options for a key that is none of those enrolled', async () => {
    const { enrol, setUp } = desk();
    const enrolled = await enrol(newKey());
    const { state, data, shown } = await setUp([enrolled]);
    expect(state).toEqual({ credential: null });
    expect(shown).toEqual({
      rp: { id: 'example.org', name: 'My App' },
      user: {
        id: expect.stringMatching(/^[\w-]{43}$/),
        name: 'ada@example.org',
        displayName: 'ada@example.org',
      },
      challenge: data.challenge,
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      timeout: 300_000,
      excludeCredentials: [
        { type: 'public-key', id: enrolled.credential?.id, transports: ['usb', 'nfc'] },
      ],
      authenticatorSelection: {
        residentKey: 'preferred',
        requireResidentKey: false,
        userVerification: 'preferred',
      },
      attestation: 'none',
      extensions: { credProps: true },
    });
    expect(Buffer.from(data.challenge, 'base64url')).toHaveLength(32);
  });

  it('names the remaining keys for a password manager', async () => {
    const { enrol, setUp } = desk();
    const enrolled = await enrol(newKey());
    const { state: pending, shown } = await setUp([enrolled]);
    expect(makeHandler().signal({ subject, states: [enrolled, pending] })).toEqual({
      rp_id: 'example.org',
      user_handle: (shown['user'] as { id: string }).id,
      credential_ids: [enrolled.credential?.id],
    });
  });

  it('gives all keys of a user one handle, which tells nothing of the user', async () => {
    const { handler, setUp } = desk();
    const handleOf = ({ shown }: Opened) => (shown['user'] as { id: string }).id;
    const first = await setUp();
    const second = await setUp();
    expect(handleOf(second)).toBe(handleOf(first));
    expect(second.data.challenge).not.toBe(first.data.challenge);
    const other = { ...subject, id: '2' };
    const { response } = await handler.setup({ subject: other, fields: {}, enrolled: [], now });
    expect(response['user']).not.toHaveProperty('id', handleOf(first));
  });
});

describe('WebAuthnHandler.discoverable', () => {
  const { discoverable } = makeHandler();

  it('asks any key of the relying party, which has to verify its person', () => {
    expect(discoverable.realm).toBe('example.org');
    const { data, response } = discoverable.challenge('AAAA');
    expect(data).toEqual({
      ceremony: 'authentication',
      challenge: 'AAAA',
      requiresVerification: true,
    });
    expect(response).toMatchObject({ allowCredentials: [], userVerification: 'required' });
  });

  it('finds the handle in an assertion alone', async () => {
    const key = newKey();
    const { shown } = await desk().setUp();
    const made = key.create(shown);
    const question = { ...discoverable.challenge('AAAA').response };
    const handleIn = (conduct = {}) =>
      discoverable.handleIn({ credential: key.get(question, conduct) });
    expect(handleIn()).toBe(key.credentials[0]?.userHandle);
    expect(handleIn({ userHandle: null })).toBeNull();
    expect(handleIn({ userHandle: '' })).toBeNull();
    expect(discoverable.handleIn({ credential: made })).toBeNull();
  });
});

describe('WebAuthnHandler', () => {
  it('is the method "webauthn" unless told otherwise', () => {
    expect(makeHandler()).toMatchObject({
      name: 'webauthn',
      displayName: 'Security key',
      amr: ['pop', 'user'],
      requiresDispatch: false,
      maxAuthenticators: 10,
    });
    const named = makeHandler({ name: 'work_key', displayName: 'Work key' });
    expect(named).toMatchObject({ name: 'work_key', displayName: 'Work key' });
  });

  it('does not start without its package', async () => {
    await expect(makeHandler().onModuleInit()).resolves.toBeUndefined();
    const load = jest.spyOn(webAuthnServer, 'loadFor').mockRejectedValue(new Error('absent'));
    await expect(makeHandler({ name: 'work_key' }).onModuleInit()).rejects.toThrow('absent');
    expect(load).toHaveBeenCalledWith('work_key');
    load.mockRestore();
  });

  it('is made by Nest with bound options, and by its factory', async () => {
    const bound = { provide: WEBAUTHN_HANDLER_OPTIONS, useValue: options };
    const listed = webauthnHandler({ ...options, name: 'work_key' });
    const other = webauthnHandler(options);
    const providers = [
      { provide: HandlerDefaults, useValue: defaults },
      { provide: RandomSource, useValue: new FakeRandomSource() },
      bound,
      WebAuthnHandler,
      listed,
      other,
    ];
    const module = await Test.createTestingModule({ providers }).compile();
    const names = [WebAuthnHandler, listed.provide, other.provide].map(
      (token) => module.get<WebAuthnHandler>(token).name,
    );
    expect(names).toEqual(['webauthn', 'work_key', 'webauthn']);
  });
});

let contractKey = newKey();

/** A new key for each registration, because an enrolled key refuses a second one. */
function anotherKey() {
  contractKey = newKey();
  return contractKey;
}

describeHandlerContract('WebAuthnHandler', {
  makeHandler: () => makeHandler(),
  subject,
  fields: {},
  now,
  makeProof: async ({ data, response }) => ({
    credential:
      data?.ceremony === 'authentication'
        ? contractKey.get(response)
        : anotherKey().create(response),
  }),
  makeWrongProofs: async ({ response }) => [
    { credential: newKey().create(response, EVIL) },
    { credential: newKey().create(response, { challenge: 'AAAA' }) },
  ],
  secretsOf: () => [...contractKey.publicKeys, 'publicKey'],
});
