/* global fetch, navigator, PublicKeyCredential -- in the page */
/* A front end in a headless browser, with the browser's own functions and virtual authenticators. */
import assert from 'node:assert/strict';

/**
 * @type {{transport: 'usb' | 'internal', hasResidentKey?: boolean, hasUserVerification?: boolean,
 *   isUserVerified?: boolean, defaultBackupEligibility?: boolean, defaultBackupState?: boolean}}
 */
export const USB_KEY = { transport: 'usb' };
/** @type {typeof USB_KEY} */
export const LAPTOP = {
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
};

/** A page of the server's origin, which uses its routes and the keys like a front end. */
export class FrontEnd {
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

  /**
   * @param {PublicKeyCredentialRequestOptionsJSON} options
   * @param {CredentialMediationRequirement} [mediation] `conditional`: by the autofill of a field
   */
  get(options, mediation = 'optional') {
    /** @param {{json: PublicKeyCredentialRequestOptionsJSON, mediation: CredentialMediationRequirement}} asked */
    const ask = async (asked) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.json);
      const credential = await navigator.credentials.get({
        publicKey,
        mediation: asked.mediation,
      });
      return credential instanceof PublicKeyCredential ? credential.toJSON() : null;
    };
    return this.page.evaluate(ask, { json: options, mediation });
  }

  /**
   * Passes the answer to a removal on to the password manager.
   *
   * @param {{rp_id: string, user_handle: string, credential_ids: string[]}} answer
   */
  signal(answer) {
    return this.page.evaluate(async ({ rp_id, user_handle, credential_ids }) => {
      await PublicKeyCredential.signalAllAcceptedCredentials({
        rpId: rp_id,
        userId: user_handle,
        allAcceptedCredentialIds: credential_ids,
      });
    }, answer);
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
export async function plugIn(devTools, kind) {
  const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', automaticPresenceSimulation: true, ...kind },
  });
  return authenticatorId;
}

/**
 * A page of the server's origin, with virtual authenticators.
 *
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 */
export async function openFrontEnd(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // WebAuthn needs a host name, and localhost counts as secure without TLS.
  await page.goto(url.replace('127.0.0.1', 'localhost') + '/api/docs');
  const devTools = await context.newCDPSession(page);
  await devTools.send('WebAuthn.enable', { enableUI: false });
  return { frontEnd: new FrontEnd(page), devTools };
}
