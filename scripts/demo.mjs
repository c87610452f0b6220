/* global fetch, AbortSignal */
import { randomBytes } from 'node:crypto';
import { generate } from 'otplib';
import QRCode from 'qrcode';
import { startBuiltServer } from './built-server.mjs';

/**
 * The body is untyped JSON, which the demo checks as it goes.
 *
 * @typedef {{status: number, body: ReturnType<JSON['parse']>}} Answer
 */

const REQUEST_TIMEOUT_MILLISECONDS = 15_000;
const STEP_SECONDS = 30;

/** @param {string} text */
function say(text) {
  console.log(text);
}

/**
 * Sends a request and returns the status and the body.
 *
 * @param {string} url
 * @param {object} body
 * @param {string} [access]
 * @returns {Promise<Answer>}
 */
async function call(url, body, access) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(access === undefined ? {} : { Authorization: `Bearer ${access}` }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

/**
 * The body of an answer. @throws {Error} for another status
 *
 * @param {number} status
 * @param {Answer} answer
 */
function expectStatus(status, answer) {
  if (answer.status === status) return answer.body;
  throw new Error(`Expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/**
 * The code that an authenticator app shows `stepsAhead` steps from now.
 *
 * @param {string} secret
 * @param {number} stepsAhead
 */
function readAuthenticator(secret, stepsAhead = 0) {
  const epoch = Math.floor(Date.now() / 1000) + stepsAhead * STEP_SECONDS;
  return generate({ secret, epoch });
}

/**
 * @param {string} api
 * @param {string} access
 */
async function setUpAuthenticator(api, access) {
  const setup = expectStatus(201, await call(`${api}/mfa/`, { method: 'app' }, access));
  const { qr_link: link, secret } = setup.setup_data;
  say('3. The enrolment of an authenticator app has begun. Scan its QR code:');
  say(await QRCode.toString(link, { type: 'utf8', errorCorrectionLevel: 'L' }));
  say(`   and ${setup.backup_codes.length} backup codes, for example ${setup.backup_codes[0]}`);
  const code = await readAuthenticator(secret);
  // The confirmation spends the step of this code, so the login uses the next step.
  const nextCode = await readAuthenticator(secret, 1);
  expectStatus(200, await call(`${api}/mfa/confirm/`, { method: 'app', code }, access));
  say(`4. Confirmed with the app's code ${code}: from now on signing in asks for it.`);
  return { nextCode, backupCode: setup.backup_codes[0] };
}

/**
 * @param {string} api
 * @param {{username: string, password: string}} credentials
 * @param {{nextCode: string, backupCode: string}} codes
 */
async function playLogins(api, credentials, { nextCode, backupCode }) {
  const signIn = async () => {
    const body = expectStatus(200, await call(`${api}/login/`, credentials));
    if (body.access !== undefined) throw new Error('A login without second factor gave tokens.');
    return body.ephemeral_token;
  };
  /** @param {string} code */
  const verify = async (code) =>
    call(`${api}/login/verify/`, { ephemeral_token: await signIn(), code });

  expectStatus(200, await verify(nextCode));
  say(`5. Signed in in two steps: password, then the app's code ${nextCode}.`);
  expectStatus(200, await verify(backupCode));
  say(`6. Signed in with the backup code ${backupCode} in the place of the app.`);
  const refusal = expectStatus(400, await verify(backupCode));
  if (refusal.code !== 'invalid_code') throw new Error(`Refused with ${refusal.code}.`);
  say(`7. The same backup code again: refused, 400 ${refusal.code} ("${refusal.detail}").`);
}

/** @param {string} url */
async function play(url) {
  const api = `${url}/api/auth`;
  const username = `demo-${randomBytes(4).toString('hex')}`;
  const credentials = { username, password: randomBytes(12).toString('base64url') };
  const email = `${username}@example.org`;
  expectStatus(201, await call(`${api}/registration/`, { ...credentials, email }));
  say(`1. Registered ${username}.`);
  const login = expectStatus(200, await call(`${api}/login/`, credentials));
  say(`2. Signed in with the password alone (mfa_enabled: ${login.mfa_enabled}).`);
  await playLogins(api, credentials, await setUpAuthenticator(api, login.access));
}

let server;
try {
  say('Starting the server …');
  server = await startBuiltServer();
  say(`It answers at ${server.url}.`);
  await play(server.url);
  say('Done: everything went as it should.');
} catch (error) {
  console.error('The demo failed:', error);
  process.exitCode = 1;
} finally {
  await server?.stop();
}
