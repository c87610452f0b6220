/*
 * Enrols security keys and signs in with them in a headless browser, with the browser's own
 * functions, against the running server:
 *
 *   node scripts/try-webauthn.mjs
 *
 * Needs a build in dist/ and a Chromium (CHROMIUM_PATH, or /usr/bin/chromium), whose keys are
 * virtual.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { tryInBrowser } from './try-in-browser.mjs';
import { LAPTOP, openFrontEnd, plugIn, USB_KEY } from './webauthn-front-end.mjs';

/**
 * @param {import('./webauthn-front-end.mjs').FrontEnd} frontEnd
 * @param {string} label
 */
async function setUp(frontEnd, label) {
  const set = await frontEnd.post('mfa', { method: 'webauthn', label }, 201);
  const credential = await frontEnd.create(set.setup_data);
  const { authenticator_id } = set;
  await frontEnd.post('mfa/confirm', { method: 'webauthn', authenticator_id, credential }, 200);
  console.log(`${label}: set up and confirmed`);
  return set.setup_data;
}

/**
 * @param {import('./webauthn-front-end.mjs').FrontEnd} frontEnd
 * @param {object} credentials
 * @param {string[]} expectedAmr
 */
async function signIn(frontEnd, credentials, expectedAmr) {
  const login = await frontEnd.post('login', credentials, 200);
  assert.equal(login.method, 'webauthn');
  const credential = await frontEnd.get(login.challenge);
  const proof = { ephemeral_token: login.ephemeral_token, credential };
  const { access } = await frontEnd.post('login/verify', proof, 200);
  const claims = JSON.parse(Buffer.from(access.split('.')[1], 'base64url').toString());
  assert.deepEqual(claims.amr, expectedAmr);
  console.log(`signed in: amr ${claims.amr.join(' ')}`);
  return credential;
}

/**
 * @param {import('./webauthn-front-end.mjs').FrontEnd} frontEnd
 * @param {import('playwright-core').CDPSession} devTools
 */
async function walk(frontEnd, devTools) {
  const username = `u${randomBytes(5).toString('hex')}`;
  const credentials = { username, password: randomBytes(12).toString('base64url') };
  const email = `${username}@example.org`;
  await frontEnd.post('registration', { ...credentials, email }, 201);
  frontEnd.access = (await frontEnd.post('login', credentials, 200)).access;
  console.log('registered and signed in without a second factor');

  const authenticatorId = await plugIn(devTools, USB_KEY);
  await setUp(frontEnd, 'USB key');
  const used = await signIn(frontEnd, credentials, ['pwd', 'pop', 'user', 'mfa']);
  const { ephemeral_token } = await frontEnd.post('login', credentials, 200);
  await frontEnd.post('login/verify', { ephemeral_token, credential: used }, 400);
  console.log('the same answer again: refused');

  const again = await frontEnd.post('mfa', { method: 'webauthn', label: 'Once more' }, 201);
  await assert.rejects(frontEnd.create(again.setup_data), /InvalidStateError/);
  console.log('the same key again: refused by itself');

  await devTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  await plugIn(devTools, LAPTOP);
  await setUp(frontEnd, 'Laptop');
  await signIn(frontEnd, credentials, ['pwd', 'pop', 'user', 'uv', 'mfa']);
}

await tryInBrowser(
  async (context, url) => {
    const { frontEnd, devTools } = await openFrontEnd(context, url);
    await walk(frontEnd, devTools);
    console.log('Everything went as it should.');
  },
  { MFA_HANDLERS: 'app,email,webauthn' },
);
