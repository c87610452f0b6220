/// <reference types="jest" />
import { type JsonObject } from '../contract/handler.js';
import { readFields } from '../contract/read-fields.js';
import {
  type Ceremony,
  confirm,
  enrol,
  type HandlerHarness,
  inputOf,
  jsonCopyOf,
  openLogin,
} from './handler-ceremony.js';
import { describeForms } from './handler-contract.forms.js';
import { JUNK_STATES, ODD_TEXTS, REGISTERED_AMR, TYPED_AMR } from './handler-contract.samples.js';
import { describeSeveral } from './handler-contract.several.js';

export { type Ceremony, type HandlerHarness } from './handler-ceremony.js';

/**
 * Registers the tests that every handler passes, with the global `describe`, `it` and `expect`.
 *
 * @param name of the handler, for the report
 */
export function describeHandlerContract<State, Data, Fields, Proof extends object>(
  name: string,
  harness: HandlerHarness<State, Data, Fields, Proof>,
): void {
  describe(`${name} keeps the contract of handlers`, () => {
    describeIdentity(harness);
    describeForms(harness);
    describeState(harness);
    describeVerdict(harness);
    describeWrongProofs(harness);
    describeSecrecy(harness);
    describeDispatch(harness);
    describeSeveral(harness);
  });
}

function describeIdentity<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  it('has a name of lower snake case, at most 32 characters', () => {
    expect(harness.makeHandler().name).toMatch(/^(?=.{1,32}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  });

  it('has a name for people', () => {
    expect(harness.makeHandler().displayName.trim()).not.toBe('');
  });

  it('has registered method references', () => {
    expectKnownAmr(harness.makeHandler().amr, harness);
  });

  it('says that nobody can guess its proofs only where nobody types them', () => {
    const { isGuessable = true, amr, proofSchema } = harness.makeHandler();
    if (isGuessable) return;
    expect(amr.filter((reference) => TYPED_AMR.has(reference))).toEqual([]);
    expect(() => readFields(proofSchema, { code: '123456' })).toThrow(Error);
  });

  it('holds one authenticator, or a whole number of them', () => {
    const { maxAuthenticators = 1 } = harness.makeHandler();
    expect(Number.isSafeInteger(maxAuthenticators)).toBe(true);
    expect(maxAuthenticators).toBeGreaterThanOrEqual(1);
  });
}

function describeState<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  it('makes a state and challenge data that survive JSON', async () => {
    const { handler, outcome, ceremony } = await enrol(harness);
    expect(handler.parseState(ceremony.state, handler.stateVersion)).toEqual(outcome.state);
    expect(ceremony.data).toEqual(outcome.data ?? null);
  });

  it('refuses junk as a state', async () => {
    const { handler } = await enrol(harness);
    for (const junk of JUNK_STATES) {
      expect(() => handler.parseState(junk, handler.stateVersion)).toThrow(Error);
    }
  });

  it('refuses a state of a version that was never written', async () => {
    const { handler, outcome } = await enrol(harness);
    for (const version of [handler.stateVersion + 1, 0, -1, 0.5, NaN]) {
      expect(() => handler.parseState(outcome.state, version)).toThrow(Error);
    }
  });
}

function describeVerdict<S, D, F, P extends object>(harness: HandlerHarness<S, D, F, P>): void {
  it('takes a right proof of a fresh set-up, in the form that its schema asks', async () => {
    const { handler, ceremony } = await enrol(harness);
    const proof = await harness.makeProof(ceremony);
    const read = readFields(handler.proofSchema, jsonCopyOf(proof));
    expect(jsonCopyOf(read)).toEqual(jsonCopyOf(proof));
    const verdict = await handler.verify(inputOf(ceremony, proof));
    expect(verdict).toMatchObject({ ok: true });
    if (verdict.ok && verdict.amr !== undefined) expectKnownAmr(verdict.amr, harness);
  });

  it('spends a one-time code: by its new state, or with the challenge that it belongs to', async () => {
    const { handler, ceremony } = await enrol(harness);
    const proof = await harness.makeProof(ceremony);
    const verdict = await handler.verify(inputOf(ceremony, proof));
    const state = verdict.ok ? jsonCopyOf(verdict.state) : ceremony.state;
    const isRemembered = JSON.stringify(state) !== JSON.stringify(ceremony.state);
    const again = await handler.verify(inputOf({ ...ceremony, state }, proof));
    expect(again.ok).toBe(!isRemembered);
    if (handler.amr.includes('otp')) expect(isRemembered || ceremony.data !== null).toBe(true);
  });

  it('judges the same input alike and changes nothing in it', async () => {
    const { handler, ceremony } = await enrol(harness);
    const input = inputOf(ceremony, await harness.makeProof(ceremony));
    const before = JSON.stringify(input);
    expect(await handler.verify(input)).toEqual(await handler.verify(input));
    expect(JSON.stringify(input)).toBe(before);
  });
}

function describeWrongProofs<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  it('answers wrong proofs, and throws for none', async () => {
    const { handler, ceremony } = await enrol(harness);
    const proofs = await harness.makeWrongProofs(ceremony);
    expect(proofs).not.toHaveLength(0);
    for (const proof of proofs) {
      expect(await handler.verify(inputOf(ceremony, proof))).toEqual({ ok: false });
    }
  });

  it('answers odd texts, and throws for none', async () => {
    const { handler, ceremony } = await enrol(harness);
    const proofs = ODD_TEXTS.flatMap((text) => harness.makeTypedProof?.(text, ceremony) ?? []);
    for (const proof of proofs) {
      expect(await handler.verify(inputOf(ceremony, proof))).toEqual({ ok: false });
    }
  });

  it('takes no proof where challenge data is needed and there is none', async () => {
    const { handler, ceremony } = await enrol(harness);
    const proof = await harness.makeProof(ceremony);
    const withoutData: Ceremony<S, D> = { ...ceremony, data: null };
    const verdict = await handler.verify(inputOf(withoutData, proof));
    expect(verdict.ok).toBe(ceremony.data === null);
  });

  it('takes no proof of another challenge, unless its proofs are reusable', async () => {
    const { handler, ceremony } = await enrol(harness);
    const { hasReusableProofs = false } = harness;
    const proof = await harness.makeProof(ceremony);
    const login = await openLogin(harness, handler, ceremony.state);
    const verdict = await handler.verify(inputOf(login?.ceremony ?? ceremony, proof));
    expect(verdict.ok).toBe(login === null || hasReusableProofs);
    expect(hasReusableProofs && handler.amr.includes('otp')).toBe(false);
  });
}

function describeSecrecy<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  it('shows nothing secret in what lists show', async () => {
    const { handler, ceremony } = await enrol(harness);
    expectNone(harness.secretsOf(ceremony), handler.describe(ceremony.state));
  });

  it('shows nothing secret in the answer of a login', async () => {
    const { handler, ceremony } = await enrol(harness);
    const login = await openLogin(harness, handler, ceremony.state);
    if (login !== null) expectNone(harness.secretsOf(login.ceremony), login.outcome.response);
    expect(harness.secretsOf(ceremony)).not.toHaveLength(0);
  });
}

function describeDispatch<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  it('sends something at login when it says so, and a proof of it is taken', async () => {
    const { handler, ceremony } = await enrol(harness);
    const confirmed = await confirm(harness, handler, ceremony);
    const later = { ...harness, now: confirmed.now };
    const login = await openLogin(later, handler, confirmed.state);
    const hasDelivery = (login?.outcome.delivery?.addresses ?? []).some(
      (address) => address !== '',
    );
    expect(hasDelivery).toBe(handler.requiresDispatch);
    const opened = login?.ceremony ?? confirmed;
    const proof = await harness.makeProof(opened);
    expect(await handler.verify(inputOf(opened, proof))).toMatchObject({ ok: true });
  });
}

function expectKnownAmr<S, D, F, P>(
  amr: readonly string[],
  { ownAmr = [] }: HandlerHarness<S, D, F, P>,
): void {
  expect(amr).not.toHaveLength(0);
  expect(amr.filter((value) => ![...REGISTERED_AMR, ...ownAmr].includes(value))).toEqual([]);
}

function expectNone(secrets: readonly string[], shown: JsonObject): void {
  expect(secrets.filter((secret) => JSON.stringify(shown).includes(secret))).toEqual([]);
}
