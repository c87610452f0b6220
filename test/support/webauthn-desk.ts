import {
  type JsonObject,
  type Subject,
  type VerifyOutcome,
} from '../../src/mfa/contract/handler.js';
import {
  type WebAuthnData,
  WebAuthnHandler,
} from '../../src/mfa/handlers/webauthn/webauthn.handler.js';
import { type WebAuthnHandlerOptions } from '../../src/mfa/handlers/webauthn/webauthn.options.js';
import { type CredentialJson } from '../../src/mfa/handlers/webauthn/webauthn.proof.js';
import { type WebAuthnState } from '../../src/mfa/handlers/webauthn/webauthn.state.js';
import { type HandlerDefaults } from '../../src/mfa/kit/handler-defaults.js';
import { FakeClock, FakeRandomSource } from '../../src/mfa/testing/index.js';
import {
  type Conduct,
  type KeyAlgorithm,
  SoftwareAuthenticator,
} from './software-authenticator.js';

/** Where the front end runs. */
export const ORIGIN = 'https://login.example.org';
/** The required options. */
export const options: WebAuthnHandlerOptions = { rpId: 'example.org', origins: [ORIGIN] };
export const defaults: HandlerDefaults = {
  applicationName: 'My App',
  totpDefaultIntervalSeconds: 30,
  totpDefaultValidWindowSteps: 1,
};
export const subject: Subject = {
  id: '1',
  displayName: 'ada@example.org',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
export const now = new FakeClock().now();

/** A handler with the changes of a test. */
export function makeHandler(changes: Partial<WebAuthnHandlerOptions> = {}): WebAuthnHandler {
  return new WebAuthnHandler(defaults, new FakeRandomSource(), { ...options, ...changes });
}

/** A ceremony that awaits its answer. */
export interface Opened {
  readonly state: WebAuthnState;
  readonly data: WebAuthnData;
  readonly shown: JsonObject;
}

/** Does what the core does with one person's keys. */
export function desk(handler = makeHandler()) {
  const judge = (state: WebAuthnState, data: WebAuthnData | null, credential: CredentialJson) =>
    handler.verify({ subject, state, data, proof: { credential }, now });
  const setUp = async (enrolled: readonly WebAuthnState[] = []): Promise<Opened> => {
    const { state, data, response } = await handler.setup({ subject, fields: {}, enrolled, now });
    if (data === undefined) throw new Error('There is no challenge.');
    return { state, data, shown: response };
  };
  const ask = async (state: WebAuthnState): Promise<Opened> => {
    const { data, response } = await handler.challenge({ subject, states: [state], now });
    return { state, data, shown: response };
  };
  const enrol = async (key: SoftwareAuthenticator): Promise<WebAuthnState> => {
    const { state, data, shown } = await setUp();
    return stateOf(await judge(state, data, key.create(shown)));
  };
  const register = async (conduct: Conduct) => {
    const { state, data, shown } = await setUp();
    return judge(state, data, new SoftwareAuthenticator(ORIGIN).create(shown, conduct));
  };
  const signIn = async (key: SoftwareAuthenticator, enrolled: WebAuthnState, conduct: Conduct) => {
    const { state, data, shown } = await ask(enrolled);
    return judge(state, data, key.get(shown, conduct));
  };
  return { handler, judge, setUp, ask, enrol, register, signIn };
}

/** The state after a right proof. @throws {Error} after a wrong one */
export function stateOf(verdict: VerifyOutcome<WebAuthnState>): WebAuthnState {
  if (!verdict.ok) throw new Error('The proof was refused.');
  return verdict.state;
}

/** A key whose browser is on the right page. */
export const newKey = (conduct?: Conduct, algorithm?: KeyAlgorithm) =>
  new SoftwareAuthenticator(ORIGIN, conduct, algorithm);
/** The verdict on any wrong proof. */
export const REFUSED = { ok: false };
/** A page that looks like the right one. */
export const EVIL: Conduct = { origin: 'https://example.org.evil.test' };
