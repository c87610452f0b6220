import 'reflect-metadata';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import {
  type Conduct,
  type KeyAlgorithm,
} from '../../../../test/support/software-authenticator.js';
import {
  desk,
  EVIL,
  makeHandler,
  newKey,
  now,
  REFUSED,
  stateOf,
  subject,
} from '../../../../test/support/webauthn-desk.js';
import { webAuthnServer } from './webauthn-server.js';

/** The bytes of a base64url text with one bit flipped. */
function withOtherBit(text: string, position: number): string {
  const bytes = Buffer.from(text, 'base64url');
  const bit = position % (8 * bytes.length);
  const index = bit >> 3;
  bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << (bit & 7)), index);
  return bytes.toString('base64url');
}

describe('WebAuthnHandler.verify of a registration', () => {
  it('keeps what later proofs are checked by', async () => {
    const key = newKey();
    const state = await desk().enrol(key);
    expect(state).toEqual({
      credential: {
        id: key.credentials[0]?.id,
        publicKey: key.publicKeys[0],
        signCount: 0,
        deviceType: 'singleDevice',
        backedUp: false,
        transports: ['usb', 'nfc'],
        aaguid: '01020304-0506-0708-090a-0b0c0d0e0f10',
        userVerified: false,
        isDiscoverable: false,
        userHandle: key.credentials[0]?.userHandle,
      },
    });
    expect(makeHandler().describe(state)).toEqual({
      credential_id: state.credential?.id,
      sign_count: 0,
      device_type: 'singleDevice',
      backed_up: false,
      transports: ['usb', 'nfc'],
      aaguid: '01020304-0506-0708-090a-0b0c0d0e0f10',
      user_verified: false,
      is_passkey: false,
    });
    expect(makeHandler().describe({ credential: null })).toEqual({});
  });

  it('keeps that the key verified its person, and what the browser says of it, if it does', async () => {
    const { judge, setUp } = desk();
    const { state, data, shown } = await setUp();
    const { id, rawId, type, response } = newKey({ isVerified: true }).create(shown);
    const silent = stateOf(await judge(state, data, { id, rawId, type, response }));
    expect(silent.credential).toMatchObject({ userVerified: true, isDiscoverable: null });
    expect(makeHandler().describe(silent)).not.toHaveProperty('is_passkey');
    const again = await setUp();
    const clientExtensionResults = { credProps: { rk: true } };
    const passkey = { ...newKey().create(again.shown), clientExtensionResults };
    const told = stateOf(await judge(again.state, again.data, passkey));
    expect(makeHandler().describe(told)).toMatchObject({ is_passkey: true });
  });

  it('tells the handle of a new credential, and two factors of a person verified twice', async () => {
    const { register, enrol, signIn } = desk();
    expect(await register({})).toMatchObject({ ok: true, handle: expect.any(String) });
    for (const [atFirst, later, isTwoFactor] of [
      [true, true, true],
      [true, false, undefined],
      [false, true, undefined],
    ] as const) {
      const key = newKey({ isVerified: atFirst });
      const verdict = await signIn(key, await enrol(key), { isVerified: later });
      expect([verdict.ok && verdict.isTwoFactor, verdict.ok && verdict.handle]).toEqual([
        isTwoFactor,
        undefined,
      ]);
    }
  });

  it('tells the handle of a credential that has none of its own, and keeps it', async () => {
    const { enrol, signIn } = desk();
    const key = newKey();
    const { credential } = await enrol(key);
    const older = { credential: credential && { ...credential, userHandle: null } };
    const verdict = await signIn(key, older, {});
    const userHandle = key.credentials[0]?.userHandle;
    expect(verdict).toMatchObject({ ok: true, handle: userHandle });
    expect(stateOf(verdict).credential?.userHandle).toBe(userHandle);
  });

  it.each<[string, Conduct]>([
    ['another origin', EVIL],
    ['another relying party', { rpId: 'example.com' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['another ceremony', { type: 'webauthn.get' }],
    ['a page framed by another', { crossOrigin: true }],
    ['nobody there', { isPresent: false }],
    ['a copy of a key that cannot be copied', { backup: { isEligible: false, isDone: true } }],
  ])('refuses %s', async (_, conduct) => {
    expect(await desk().register(conduct)).toEqual(REFUSED);
  });

  it('refuses statements with certificates, and takes none or one of the key itself', async () => {
    const { register } = desk();
    const packed = { fmt: 'packed', attStmt: new Map([['x5c', [Buffer.from('30', 'hex')]]]) };
    const apple = { fmt: 'apple', attStmt: new Map([['x5c', [Buffer.from('30', 'hex')]]]) };
    const loaded = await webAuthnServer.loadFor('webauthn');
    const check = jest.spyOn(loaded, 'verifyRegistrationResponse');
    expect(await register({ attestation: packed })).toEqual(REFUSED);
    expect(await register({ attestation: apple })).toEqual(REFUSED);
    expect(check).not.toHaveBeenCalled();
    expect(await register({ attestation: 'self' })).toMatchObject({ ok: true });
    const expected = { supportedAlgorithmIDs: [-8, -7, -257] };
    expect(check).toHaveBeenCalledWith(expect.objectContaining(expected));
    check.mockRestore();
  });

  it('refuses an id that the key did not sign', async () => {
    const { judge, setUp } = desk();
    const { state, data, shown } = await setUp();
    const answer = { ...newKey().create(shown), id: 'b3RoZXI', rawId: 'b3RoZXI' };
    expect(await judge(state, data, answer)).toEqual(REFUSED);
  });

  it('refuses a credential that is set up already, even of a key that does not mind', async () => {
    const { judge, enrol, setUp } = desk();
    const enrolled = await enrol(newKey());
    const { state, data, shown } = await setUp([enrolled]);
    const credentialId = enrolled.credential?.id ?? '';
    expect(await judge(state, data, newKey().create(shown, { credentialId }))).toEqual(REFUSED);
  });

  it('takes nothing for a key that is made already, nor an assertion for one to be made', async () => {
    const { judge, enrol, setUp, ask } = desk();
    const key = newKey();
    const enrolled = await enrol(key);
    const { state, data, shown } = await setUp();
    const answer = newKey().create(shown);
    expect(await judge(enrolled, data, answer)).toEqual(REFUSED);
    const assertion = key.get((await ask(enrolled)).shown, { challenge: data.challenge });
    expect(await judge(state, data, assertion)).toEqual(REFUSED);
  });

  it('takes an answer that does not say how its key is reached', async () => {
    const { judge, setUp } = desk();
    for (const transports of [undefined, null]) {
      const { state, data, shown } = await setUp();
      const { response, ...rest } = newKey().create(shown);
      const { clientDataJSON, attestationObject } = response;
      const answer = {
        clientDataJSON,
        attestationObject,
        ...(transports === null && { transports }),
      };
      const made = stateOf(await judge(state, data, { ...rest, response: answer }));
      expect(made.credential?.transports).toEqual([]);
    }
  });
});

describe('WebAuthnHandler.verify of an assertion', () => {
  it.each<KeyAlgorithm>(['ES256', 'EdDSA', 'RS256'])(
    'takes a signature by %s',
    async (algorithm) => {
      const { enrol, signIn } = desk();
      const key = newKey({}, algorithm);
      const verdict = await signIn(key, await enrol(key), {});
      expect(verdict).toMatchObject({ ok: true, amr: ['pop', 'user'] });
      expect(stateOf(verdict).credential).toMatchObject({
        signCount: 1,
        publicKey: key.publicKeys[0],
      });
    },
  );

  it('asks for any of the keys that are made', async () => {
    const { handler, enrol } = desk();
    const [one, other] = [await enrol(newKey()), await enrol(newKey())];
    const states = [one, { credential: null }, other] as const;
    const { data, response } = await handler.challenge({ subject, states: [...states], now });
    expect(response).toEqual({
      rpId: 'example.org',
      challenge: data.challenge,
      timeout: 300_000,
      allowCredentials: [one, other].map(({ credential }) => ({
        type: 'public-key',
        id: credential?.id,
        transports: ['usb', 'nfc'],
      })),
      userVerification: 'preferred',
    });
    expect(data).toEqual({ ceremony: 'authentication', challenge: response['challenge'] });
  });

  it('says that the person was verified when the key says so', async () => {
    const { enrol, register, signIn } = desk();
    const key = newKey();
    const verified = { isVerified: true };
    expect(await register(verified)).toMatchObject({ amr: ['pop', 'user', 'uv'] });
    const verdict = await signIn(key, await enrol(key), verified);
    expect(verdict).toMatchObject({ amr: ['pop', 'user', 'uv'] });
  });

  it('refuses a key that does not check its person, where that is required', async () => {
    const { enrol, register, signIn } = desk(makeHandler({ userVerification: 'required' }));
    const key = newKey({ isVerified: true });
    const state = await enrol(key);
    expect(await register({ isVerified: false })).toEqual(REFUSED);
    expect(await signIn(key, state, { isVerified: false })).toEqual(REFUSED);
    expect(await signIn(key, state, {})).toMatchObject({ ok: true });
  });

  it.each<[string, Conduct]>([
    ['another origin', EVIL],
    ['another relying party', { rpId: 'example.com' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['another ceremony', { type: 'webauthn.create' }],
    ['a page framed by another', { crossOrigin: true }],
    ['nobody there', { isPresent: false }],
    ['a key of somebody else', { userHandle: 'c29tZWJvZHk' }],
  ])('refuses %s', async (_, conduct) => {
    const { enrol, signIn } = desk();
    const key = newKey();
    expect(await signIn(key, await enrol(key), conduct)).toEqual(REFUSED);
  });

  it('takes the handle that the key was given, and an empty one', async () => {
    const { enrol, signIn } = desk();
    const key = newKey();
    const state = await enrol(key);
    for (const userHandle of [key.credentials[0]?.userHandle ?? '', '', null]) {
      expect(await signIn(key, state, { userHandle })).toMatchObject({ ok: true });
    }
  });

  it('goes by the handle of the credential, if it has one of its own', async () => {
    const { enrol, signIn } = desk();
    const key = newKey();
    const { credential } = await enrol(key);
    if (credential === null) throw new Error('The key was not made.');
    const made = credential.userHandle ?? '';
    const signInBy = (own: string | null, userHandle: string) =>
      signIn(key, { credential: { ...credential, userHandle: own } }, { userHandle });
    expect(await signInBy(null, made)).toMatchObject({ ok: true });
    expect(await signInBy('aW1wb3J0ZWQ', 'aW1wb3J0ZWQ')).toMatchObject({ ok: true });
    expect(await signInBy('aW1wb3J0ZWQ', made)).toEqual(REFUSED);
  });

  it('refuses a count that does not rise, and takes one that never does', async () => {
    const { enrol, signIn } = desk();
    const key = newKey();
    const enrolled = await enrol(key);
    const state = stateOf(await signIn(key, enrolled, { signCount: 7 }));
    expect(state.credential?.signCount).toBe(7);
    for (const signCount of [0, 6, 7]) {
      const refused = { ok: false, reason: 'sign_count_fell' };
      expect(await signIn(key, state, { signCount })).toEqual(refused);
    }
    expect(await signIn(key, state, { signCount: 8 })).toMatchObject({ ok: true });
    expect(await signIn(key, enrolled, { signCount: 0 })).toMatchObject({ ok: true });
  });

  it('takes a count that ends where that is allowed, and none that falls', async () => {
    const { enrol, signIn } = desk(makeHandler({ acceptsCountOfZero: true }));
    const key = newKey();
    const counted = stateOf(await signIn(key, await enrol(key), { signCount: 7 }));
    expect(await signIn(key, counted, { signCount: 6 })).toMatchObject({ ok: false });
    const ended = stateOf(await signIn(key, counted, { signCount: 0 }));
    expect(ended.credential?.signCount).toBe(0);
    expect(await signIn(key, ended, { signCount: 0 })).toMatchObject({ ok: true });
  });

  it('says why it refuses a key that has become one that can be copied, or the other way round', async () => {
    const refused = { ok: false, reason: 'backup_eligibility_changed' };
    for (const [before, after] of [
      [false, true],
      [true, false],
    ] as const) {
      const { enrol, signIn } = desk();
      const key = newKey({ backup: { isEligible: before, isDone: false } });
      const conduct = { backup: { isEligible: after, isDone: false } };
      expect(await signIn(key, await enrol(key), conduct)).toEqual(refused);
    }
  });

  it('gives no reason without a right signature', async () => {
    const { judge, enrol, signIn, ask } = desk();
    const [mine, other] = [newKey(), newKey()];
    const state = stateOf(await signIn(mine, await enrol(mine), { signCount: 7 }));
    const otherState = await enrol(other);
    const { data, shown } = await ask(state);
    const credentialId = otherState.credential?.id ?? '';
    const conduct = { credentialId, signCount: 0, backup: { isEligible: true, isDone: false } };
    const { id = '' } = state.credential ?? {};
    const answer = { ...other.get(shown, conduct), id, rawId: id };
    expect(await judge(state, data, answer)).toEqual(REFUSED);
  });

  it('keeps whether there was a copy when the key was used last', async () => {
    const { enrol, signIn } = desk();
    const key = newKey({ backup: { isEligible: true, isDone: false } });
    const state = await enrol(key);
    expect(state.credential).toMatchObject({ deviceType: 'multiDevice', backedUp: false });
    const used = await signIn(key, state, { backup: { isEligible: true, isDone: true } });
    expect(stateOf(used).credential).toMatchObject({ backedUp: true });
  });

  it('refuses the signature of another key, and an answer with another id', async () => {
    const { judge, enrol, ask } = desk();
    const [mine, other] = [newKey(), newKey()];
    const [state, otherState] = [await enrol(mine), await enrol(other)];
    const { data, shown } = await ask(state);
    const credentialId = otherState.credential?.id ?? '';
    const answer = other.get(shown, { credentialId });
    expect(await judge(state, data, answer)).toEqual(REFUSED);
    const { id = '' } = state.credential ?? {};
    expect(await judge(state, data, { ...answer, id, rawId: id })).toEqual(REFUSED);
    expect(await judge({ credential: null }, data, answer)).toEqual(REFUSED);
    const misnamed = { ...mine.get(shown), id: 'b3RoZXI', rawId: 'b3RoZXI' };
    expect(await judge(state, data, misnamed)).toEqual(REFUSED);
  });

  it('takes no registration for a login', async () => {
    const { judge, enrol, setUp, ask } = desk();
    const key = newKey();
    const state = await enrol(key);
    const { data } = await ask(state);
    const credentialId = state.credential?.id ?? '';
    const { shown } = await setUp();
    const answer = newKey().create(shown, { challenge: data.challenge, credentialId });
    expect(await judge(state, data, answer)).toEqual(REFUSED);
  });

  it('refuses an answer of which any one bit is another', async () => {
    const { judge, enrol, ask } = desk();
    // Ed25519 signatures have one form; those of ES256 are wrapped in DER, which has several.
    const key = newKey({}, 'EdDSA');
    const { state, data, shown } = await ask(await enrol(key));
    const { response, ...frame } = key.get(shown);
    const members = fc.constantFrom('clientDataJSON' as const, 'authenticatorData', 'signature');
    await fc.assert(
      fc.asyncProperty(members, fc.nat(), async (member, position) => {
        const text = response[member];
        const changed = { ...response, [member]: withOtherBit(text, position) };
        expect(await judge(state, data, { ...frame, response: changed })).toEqual(REFUSED);
      }),
      { numRuns: 300 },
    );
    expect(await judge(state, data, { ...frame, response })).toMatchObject({ ok: true });
  });

  it('answers junk, and throws for none', async () => {
    const { judge, enrol, ask, setUp } = desk();
    const state = await enrol(newKey());
    const frame = { id: state.credential?.id ?? '', rawId: state.credential?.id ?? '' };
    const texts = ['AA', 'bnVsbA', 'e30', 'W10', 'oA', '////', 'A'.repeat(4000)];
    for (const text of texts) {
      const assertion = { clientDataJSON: text, authenticatorData: text, signature: text };
      const registration = { clientDataJSON: text, attestationObject: text };
      for (const response of [assertion, registration]) {
        const answer = { ...frame, type: 'public-key' as const, response };
        expect(await judge(state, (await ask(state)).data, answer)).toEqual(REFUSED);
        const pending = await setUp();
        expect(await judge(pending.state, pending.data, answer)).toEqual(REFUSED);
      }
    }
  });
});
