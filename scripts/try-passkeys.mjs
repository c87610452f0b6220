/*
 * Signs in with passkeys in a headless browser, without a user name, against the running server:
 *
 *   node scripts/try-passkeys.mjs
 *
 * Needs a build in dist/ and a Chromium (CHROMIUM_PATH, or /usr/bin/chromium), whose authenticators are
 * virtual.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryInBrowser } from './try-in-browser.mjs';
import { LAPTOP, openFrontEnd, plugIn, USB_KEY } from './webauthn-front-end.mjs';

/** @typedef {import('./webauthn-front-end.mjs').FrontEnd} FrontEnd */
/** @typedef {import('playwright-core').CDPSession} CDPSession */

const SYNCED = { ...LAPTOP, defaultBackupEligibility: true, defaultBackupState: true };
const UNVERIFYING = { transport: USB_KEY.transport, hasResidentKey: true };

const AUTH_CONFIG = `
providers:
  - type: local
  - type: passkey
factors:
  - type: app
  - type: webauthn
`;

/**
 * A new account, signed in by its password.
 *
 * @param {FrontEnd} frontEnd
 */
async function register(frontEnd) {
  frontEnd.access = undefined;
  const username = `u${randomBytes(5).toString('hex')}`;
  const password = randomBytes(12).toString('base64url');
  const email = `${username}@example.org`;
  await frontEnd.post('registration', { username, password, email }, 201);
  frontEnd.access = (await frontEnd.post('login', { username, password }, 200)).access;
  return username;
}

/**
 * @param {FrontEnd} frontEnd
 * @param {string} label
 */
async function enrol(frontEnd, label) {
  const set = await frontEnd.post('mfa', { method: 'webauthn', label }, 201);
  const credential = await frontEnd.create(set.setup_data);
  const { authenticator_id } = set;
  await frontEnd.post('mfa/confirm', { method: 'webauthn', authenticator_id, credential }, 200);
}

/**
 * @param {FrontEnd} frontEnd
 * @param {{status?: number, mediation?: CredentialMediationRequirement}} [expected]
 */
async function signIn(frontEnd, { status = 200, mediation = 'optional' } = {}) {
  const { ephemeral_token, challenge } = await frontEnd.post('login/passkey', {}, 200);
  const credential = await frontEnd.get(challenge, mediation);
  return frontEnd.post('login/passkey/verify', { ephemeral_token, credential }, status);
}

/** @param {string} access */
function claimsOf(access) {
  return JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString());
}

/**
 * Does something while an authenticator is there, and takes it away.
 *
 * @param {CDPSession} devTools
 * @param {typeof USB_KEY} kind
 * @param {(authenticatorId: string) => Promise<void>} play
 */
async function withKey(devTools, kind, play) {
  const authenticatorId = await plugIn(devTools, kind);
  await play(authenticatorId);
  await devTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
}

/**
 * @param {FrontEnd} frontEnd
 * @param {CDPSession} devTools
 */
async function walk(frontEnd, devTools) {
  await withKey(devTools, LAPTOP, async (authenticatorId) => {
    const username = await register(frontEnd);
    await enrol(frontEnd, 'Laptop');
    const { access, user } = await signIn(frontEnd);
    assert.equal(user.username, username);
    assert.deepEqual(claimsOf(access).amr, ['pop', 'user', 'uv', 'mfa']);
    console.log('a passkey of this device: signed in by nothing else, with two factors');
    assert.ok((await signIn(frontEnd, { mediation: 'conditional' })).access);
    console.log('offered in the field for the user name: signed in');

    await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await assert.rejects(signIn(frontEnd), /NotAllowedError/);
    await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    console.log('its person not verified: the browser refuses');

    frontEnd.access = access;
    const removed = await frontEnd.post('mfa/delete', { method: 'webauthn' }, 200);
    await signIn(frontEnd, { status: 400 });
    console.log('removed at the server alone: refused');
    await frontEnd.signal(removed);
    await assert.rejects(signIn(frontEnd), /NotAllowedError/);
    console.log('told to the password manager: the browser has none to offer');
  });

  await withKey(devTools, LAPTOP, async (authenticatorId) => {
    await register(frontEnd);
    await enrol(frontEnd, 'Laptop');
    await devTools.send('WebAuthn.clearCredentials', { authenticatorId });
    await assert.rejects(signIn(frontEnd), /NotAllowedError/);
    console.log('removed at the device alone: the browser has none to offer');
  });

  await withKey(devTools, SYNCED, async () => {
    await register(frontEnd);
    await enrol(frontEnd, 'Password manager');
    assert.ok((await signIn(frontEnd)).access);
    console.log('a synced passkey: signed in');
  });

  await withKey(devTools, USB_KEY, async () => {
    await register(frontEnd);
    await enrol(frontEnd, 'Old key');
    await assert.rejects(signIn(frontEnd), /NotAllowedError/);
    console.log('a key that keeps no user: the browser has none to offer');
  });

  await withKey(devTools, UNVERIFYING, async () => {
    await register(frontEnd);
    await assert.rejects(enrol(frontEnd, 'Key without a PIN'), /NotAllowedError/);
    console.log('a key that keeps users and verifies nobody: the browser makes no passkey with it');
  });

  await withKey(devTools, LAPTOP, async (authenticatorId) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const credential = {
      credentialId: randomBytes(16).toString('base64'),
      isResidentCredential: true,
      rpId: 'localhost',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      userHandle: randomBytes(32).toString('base64'),
      signCount: 0,
    };
    await devTools.send('WebAuthn.addCredential', { authenticatorId, credential });
    await signIn(frontEnd, { status: 400 });
    console.log('a key that the server does not know: refused');
  });

  await withKey(devTools, LAPTOP, async (authenticatorId) => {
    const names = [await register(frontEnd)];
    await enrol(frontEnd, 'Shared tablet');
    names.push(await register(frontEnd));
    await enrol(frontEnd, 'Shared tablet');
    const chosen = (await signIn(frontEnd)).user.username;
    assert.ok(names.includes(chosen));
    const { credentials } = await devTools.send('WebAuthn.getCredentials', { authenticatorId });
    const own = credentials.find(({ userName }) => userName === chosen);
    assert.ok(own, 'Each passkey has the name of its user.');
    const { credentialId } = own;
    await devTools.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    const other = (await signIn(frontEnd)).user.username;
    assert.deepEqual([chosen, other].sort(), names.sort());
    console.log('two people on one device: each signs in as oneself');
  });
}

const folder = await mkdtemp(join(tmpdir(), 'passkeys-'));
const file = join(folder, 'auth.yaml');
await writeFile(file, AUTH_CONFIG);
await tryInBrowser(
  async (context, url) => {
    const { frontEnd, devTools } = await openFrontEnd(context, url);
    await walk(frontEnd, devTools);
    console.log('Everything went as it should.');
  },
  { AUTH_CONFIG: file },
);
await rm(folder, { recursive: true });
