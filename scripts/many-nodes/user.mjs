import { randomBytes } from 'node:crypto';
import { generate } from 'otplib';
import { isOpen } from './client.mjs';

/** @typedef {import('./client.mjs').Reply} Reply */

const STEP_SECONDS = 30;
/** The number of concurrent logins that use one code: one for each process. */
const PARALLEL = 3;

/** A person with an authenticator app, who records everything that the servers have acknowledged. */
export class User {
  /** How often each code was accepted. */
  taken = /** @type {Map<string, number>} */ (new Map());
  signIns = 0;
  renewals = 0;
  changes = 0;
  /** The values that the server may have: the last acknowledged one, and later ones whose outcome is open. */
  labels = /** @type {string[]} */ ([]);
  /** @type {string[]} */
  passwords = [];
  /** @type {string[]} */
  refreshTokens = [];
  /** @type {string[]} */
  backupCodes = [];
  secret = '';
  nextStep = 0;
  /** @type {string | undefined} */
  access;
  /** @type {string | undefined} */
  authenticatorId;
  /** @type {string | undefined} why a refresh token was refused for good */
  lostRefresh;

  /**
   * @param {import('./client.mjs').Client} client
   * @param {number} number
   */
  constructor(client, number) {
    this.client = client;
    this.address = `127.1.${number >> 8}.${number & 255}`;
    this.username = `user-${number}`;
  }

  async register() {
    const password = newPassword();
    const { username } = this;
    const email = `${username}@example.org`;
    this.expect(201, await this.post('/registration/', { username, email, password }));
    this.passwords = [password];
    const { access } = this.expect(200, await this.post('/login/', { username, password }));
    const setup = this.expect(201, await this.post('/mfa/', { method: 'app' }, access));
    this.secret = setup.setup_data.secret;
    this.backupCodes = setup.backup_codes;
    this.nextStep = currentStep() - 1;
    const code = await this.takeCode();
    this.expect(200, await this.post('/mfa/confirm/', { method: 'app', code }, access));
    this.taken.set(code, 1);
  }

  /** One round of everything. What an outage refuses is left for the next round. */
  async live() {
    const isCodeAtHand = this.nextStep <= currentStep() + 1;
    const backupCode = isCodeAtHand ? undefined : this.backupCodes.pop();
    const code = isCodeAtHand ? await this.takeCode() : backupCode;
    if (code !== undefined) await this.signIn(code);
    await this.renew();
    await this.rename();
    if (code !== undefined && !isCodeAtHand) await this.changePassword();
  }

  /**
   * Sends one code with several logins at once, and keeps the session of the one that succeeds.
   *
   * @param {string} code
   */
  async signIn(code) {
    const begun = await Promise.all(Array.from({ length: PARALLEL }, () => this.beginLogin()));
    const tokens = begun.filter((token) => token !== undefined);
    const replies = await Promise.all(
      tokens.map((token) => this.post('/login/verify/', { ephemeral_token: token, code })),
    );
    const passed = replies.filter(({ status }) => status === 200);
    this.taken.set(code, (this.taken.get(code) ?? 0) + passed.length);
    this.signIns += passed.length;
    const [first] = passed;
    if (first === undefined) return;
    this.access = first.body.access;
    this.refreshTokens = [first.body.refresh];
  }

  /** @returns {Promise<string | undefined>} the ephemeral token */
  async beginLogin() {
    const { username } = this;
    for (const password of this.passwords) {
      const { body } = await this.post('/login/', { username, password });
      if (body?.ephemeral_token !== undefined) return body.ephemeral_token;
    }
    return undefined;
  }

  async renew() {
    const [refresh] = this.refreshTokens;
    if (refresh === undefined) return;
    const reply = await this.post('/token/refresh/', { refresh });
    if (reply.status === 200) {
      this.renewals += 1;
      this.access = reply.body.access;
      this.refreshTokens = [reply.body.refresh];
    } else if (reply.body?.code !== 'rate_limited') {
      // The token may have been used, and a second use would end the session.
      this.refreshTokens = [];
      if (!isOpen(reply)) this.lostRefresh = reply.body?.code;
    }
  }

  async rename() {
    if (this.access === undefined) return;
    const { address, access } = this;
    if (this.authenticatorId === undefined) {
      const list = await this.client.send({ address, method: 'GET', path: '/mfa/', access });
      if (list.status !== 200) return;
      [{ id: this.authenticatorId }] = list.body[0].details.authenticators;
    }
    const label = `phone ${randomBytes(4).toString('hex')}`;
    const path = `/mfa/authenticators/${this.authenticatorId}/`;
    const reply = await this.client.send({
      ...{ address, access, method: 'PATCH', path, body: { label } },
    });
    this.labels = this.noteChange(this.labels, label, reply);
  }

  async changePassword() {
    const [old_password] = this.passwords;
    if (this.passwords.length !== 1 || this.access === undefined) return;
    const new_password = newPassword();
    const body = { old_password, new_password };
    const reply = await this.post('/password/change/', body, this.access);
    this.passwords = this.noteChange(this.passwords, new_password, reply);
  }

  /**
   * @param {string[]} values
   * @param {string} value
   * @param {Reply} reply
   */
  noteChange(values, value, reply) {
    if (reply.status >= 200 && reply.status < 300) {
      this.changes += 1;
      return [value];
    }
    return isOpen(reply) ? [...values, value] : values;
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {string} [access]
   * @returns {Promise<Reply>}
   */
  post(path, body, access) {
    return this.client.post(this.address, path, body, access);
  }

  /**
   * @param {number} status
   * @param {Reply} reply
   */
  expect(status, reply) {
    if (reply.status === status) return reply.body;
    throw new Error(`Expected ${status}, got ${reply.status}: ${JSON.stringify(reply.body)}`);
  }

  async takeCode() {
    const step = Math.max(this.nextStep, currentStep() - 1);
    this.nextStep = step + 1;
    return generate({ secret: this.secret, epoch: step * STEP_SECONDS });
  }
}

function currentStep() {
  return Math.floor(Date.now() / 1000 / STEP_SECONDS);
}

function newPassword() {
  return randomBytes(12).toString('base64url');
}
