import { Buffer } from 'node:buffer';
import { setTimeout } from 'node:timers/promises';
import { ScureBase32Plugin } from 'otplib';
import '../../scripts/typescript-loader.mjs';
import { sendRequests } from '../measure.mjs';
import { nextTotp, PASSWORD, rightTotp, SECOND_STEPS, workOf } from '../works.mjs';

/**
 * A request to our server: `after` names the ones before it, in their order, and `keep` takes from
 * the answer what the next ones need.
 *
 * @typedef {import('../works.mjs').Ticket} Ticket
 * @typedef {{access?: string, refresh?: string, challenge?: object, ephemeral_token?: string,
 *   setup_data?: {secret: string}}} Answer the members that any of them needs
 * @typedef {import('../works.mjs').Work} Work
 * @typedef {{requestTo: (ticket: Ticket) => import('../measure.mjs').Sending,
 *   expects: import('../measure.mjs').Expected, keep?: (ticket: Ticket, answer: Answer) => unknown,
 *   after?: string[]}} Step
 */

const API = '/api/auth';
const SIGNED_IN = { status: 200, text: '"access":' };
const LOGIN_OPENED = { status: 200, text: '"ephemeral_token":' };
const REFUSED = { status: 400, text: '"invalid_code"' };

/** So few that set-ups, each of which hashes ten backup codes, are answered in time. */
const WALKERS = 2;

/** @type {NonNullable<Step['keep']>} */
const keepSession = (ticket, { access, refresh }) => Object.assign(ticket, { access, refresh });

/** @type {NonNullable<Step['keep']>} */
const keepLogin = (ticket, answer) => Object.assign(ticket, { token: answer.ephemeral_token });

/** @type {Record<string, Step>} */
const STEPS = {
  ...Object.fromEntries(SECOND_STEPS.map((id) => [id, secondStep(workOf(id))])),
  'sign-in': { requestTo: signIn, expects: LOGIN_OPENED, keep: keepLogin },
  // Of a user who has no second factor yet.
  password: { requestTo: signIn, expects: SIGNED_IN, keep: keepSession },
  send: {
    requestTo: changeMethod('email'),
    expects: { status: 200, text: '"sent_to":' },
  },
  sent: {
    requestTo: ({ token, code }) => verify({ ephemeral_token: token, code }),
    expects: SIGNED_IN,
    after: ['send'],
  },
  key: {
    requestTo: changeMethod('webauthn'),
    expects: { status: 200, text: '"allowCredentials":' },
    keep: (ticket, { challenge }) => Object.assign(ticket, { challenge }),
  },
  webauthn: {
    requestTo: ({ token, key, challenge }) =>
      verify({ ephemeral_token: token, credential: key?.get(challenge) }),
    expects: SIGNED_IN,
    after: ['key'],
  },
  refresh: {
    requestTo: ({ refresh }) => ({ path: `${API}/token/refresh/`, body: { refresh } }),
    expects: SIGNED_IN,
    after: ['right'],
  },
  'step-up-ask': {
    requestTo: (ticket) => signedIn(ticket, 'step-up/', {}),
    expects: LOGIN_OPENED,
    keep: keepLogin,
    after: ['right'],
  },
  'step-up': {
    requestTo: ({ token, secret }) => ({
      path: `${API}/step-up/verify/`,
      body: { ephemeral_token: token, code: nextTotp(secret) },
    }),
    expects: SIGNED_IN,
    after: ['right', 'step-up-ask'],
  },
  enrol: {
    requestTo: (ticket) => signedIn(ticket, 'mfa/', { method: 'app' }),
    expects: { status: 201, text: '"setup_data":' },
    keep: (ticket, { setup_data }) => {
      const secret = new ScureBase32Plugin().decode(setup_data?.secret ?? '');
      ticket.secret = Buffer.from(secret);
    },
    after: ['password'],
  },
  confirm: {
    requestTo: (ticket) =>
      signedIn(ticket, 'mfa/confirm/', { method: 'app', code: rightTotp(ticket.secret) }),
    expects: { status: 200, text: '"Activated MFA method"' },
    after: ['password', 'enrol'],
  },
};

/** @param {string} id of a work, or of a step before one */
export function stepOf(id) {
  const step = STEPS[id];
  if (step === undefined) throw new RangeError(`Our server has no step ${id}.`);
  return step;
}

/**
 * Takes the tickets through the requests before that of a work.
 *
 * @param {Ticket[]} tickets
 * @param {Work} work
 * @param {{port: number, signal: AbortSignal, mailbox: Mailbox}} server
 */
export async function walkTo(tickets, { id }, { mailbox, ...server }) {
  for (const { requestTo, expects, keep } of (stepOf(id).after ?? []).map(stepOf)) {
    await sendRequests({
      ...server,
      tickets: tickets.slice(),
      clients: WALKERS,
      makeRequest: requestTo,
      expects,
      keep: (ticket, { text }) => keep?.(ticket, JSON.parse(text)),
    });
  }
  if (id !== 'sent') return;
  for (const ticket of tickets) ticket.code = await mailbox.codeFor(ticket, server.signal);
}

/** @param {Work} work */
function secondStep({ id, codeOf }) {
  /** @type {Step} */
  const step = {
    requestTo: (ticket) => verify({ ephemeral_token: ticket.token, code: codeOf?.(ticket) }),
    expects: id.startsWith('wrong') ? REFUSED : SIGNED_IN,
    keep: keepSession,
  };
  return step;
}

/** @param {Ticket} ticket */
function signIn({ username }) {
  return { path: `${API}/login/`, body: { username, password: PASSWORD } };
}

/** @param {object} body */
function verify(body) {
  return { path: `${API}/login/verify/`, body };
}

/**
 * @param {string} method
 * @returns {Step['requestTo']}
 */
function changeMethod(method) {
  return ({ token }) => ({
    path: `${API}/login/change-method/`,
    body: { ephemeral_token: token, new_method: method },
  });
}

/**
 * @param {Ticket} ticket
 * @param {string} path
 * @param {object} body
 */
function signedIn({ access }, path, body) {
  return { path: `${API}/${path}`, headers: { Authorization: `Bearer ${access}` }, body };
}

/**
 * Makes security keys, each with the credential that it has made for this origin, as our server stores it.
 *
 * @param {string} origin
 */
export async function loadKeyMaker(origin) {
  const { SoftwareAuthenticator } = await import('../../test/support/software-authenticator.ts');
  const rp = { id: new URL(origin).hostname };
  return () => {
    const key = new SoftwareAuthenticator(origin);
    const { id } = key.create({ excludeCredentials: [], rp, user: { id: '' }, challenge: '' });
    const credential = {
      ...{ id, publicKey: key.publicKeys[0], signCount: 0, transports: ['usb'] },
      ...{ deviceType: 'singleDevice', backedUp: false },
      aaguid: '00000000-0000-0000-0000-000000000000',
    };
    return { key, credential };
  };
}

/** @typedef {Awaited<ReturnType<typeof openMailbox>>} Mailbox */

const MAIL_POLL_MILLISECONDS = 20;
const MAIL_POLLS = 1000;

/**
 * A mail server that takes what our server sends.
 *
 * @param {import('../command.mjs').Context['cleanup']} cleanup
 */
export async function openMailbox(cleanup) {
  const { SmtpSink } = await import('../../test/support/smtp-sink.ts');
  const sink = await SmtpSink.start();
  cleanup.push(() => sink.stop());
  return {
    url: sink.url,
    /** @type {(ticket: Ticket, signal: AbortSignal) => Promise<string>} */
    async codeFor({ address = '' }, signal) {
      for (let poll = 0; poll < MAIL_POLLS && sink.countTo(address) === 0; poll += 1) {
        await setTimeout(MAIL_POLL_MILLISECONDS, undefined, { signal });
      }
      return sink.lastCode(address);
    },
  };
}
