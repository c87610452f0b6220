/* global fetch, navigator, PublicKeyCredential -- in the page */
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

/**
 * @type {{transport: 'usb' | 'internal', hasResidentKey?: boolean, hasUserVerification?: boolean,
 *   isUserVerified?: boolean}}
 */
const USB_KEY = { transport: 'usb' };
/** @type {typeof USB_KEY} */
const LAPTOP = {
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
};

/** A page of the server's origin, which uses its routes and the keys like a front end. */
class FrontEnd {
  /** @type {string | undefined} */
  access;

  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * Sends a request from within the page, and reads the answer.
   *
   * @param {string} path
   * @param {object} body
   * @param {number} expectedStatus
   */
  async post(path, body, expectedStatus) {
    const { status, text } = await this.page.evaluate(send, { path, body, access: this.access });
    assert.equal(status, expectedStatus, `POST ${path} answered ${status}: ${text}`);
    return JSON.parse(text);
  }

  /** @param {PublicKeyCredentialCreationOptionsJSON} options */
  create(options) {
    return this.page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
      const credential = await navigator.credentials.create({ publicKey });
      return credential instanceof PublicKeyCredential ? credential.toJSON() : null;
    }, options);
  }

  /** @param {PublicKeyCredentialRequestOptionsJSON} options */
  get(options) {
    return this.page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
      const credential = await navigator.credentials.get({ publicKey });
      return credential instanceof PublicKeyCredential ? credential.toJSON() : null;
    }, options);
  }
}

/**
 * Runs in the page.
 *
 * @param {{path: string, body: object, access: string | undefined}} request
 */
async function send({ path, body, access }) {
  const authorization = access === undefined ? {} : { authorization: `Bearer ${access}` };
  const answer = await fetch(`/api/auth/${path}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

/**
 * Adds a virtual authenticator of Chromium.
 *
 * @param {import('playwright-core').CDPSession} devTools
 * @param {typeof USB_KEY} kind
 */
async function plugIn(devTools, kind) {
  const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', automaticPresenceSimulation: true, ...kind },
  });
  return authenticatorId;
}

/**
 * @param {FrontEnd} frontEnd
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
 * @param {FrontEnd} frontEnd
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
 * @param {FrontEnd} frontEnd
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

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 */
async function tryIn(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // WebAuthn needs a host name, and localhost counts as secure without TLS.
  await page.goto(url.replace('127.0.0.1', 'localhost') + '/api/docs');
  const devTools = await context.newCDPSession(page);
  await devTools.send('WebAuthn.enable', { enableUI: false });
  await walk(new FrontEnd(page), devTools);
}

await tryInBrowser(
  async (context, url) => {
    await tryIn(context, url);
    console.log('Everything went as it should.');
  },
  { MFA_HANDLERS: 'app,email,webauthn' },
);
