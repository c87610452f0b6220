import {
  type ChallengeOutcome,
  type JsonObject,
  type MfaHandler,
  type SetupOutcome,
  type Subject,
  type VerifyInput,
} from '../contract/handler.js';
import { addSeconds } from '../contract/clock.js';

/** A day: longer than any code lives. */
const LOGIN_AFTER_SECONDS = 86_400;

/** One open ceremony, as a right proof is made from it. */
export interface Ceremony<State, Data> {
  readonly subject: Subject;
  readonly state: State;
  /** Null where the handler gave none. */
  readonly data: Data | null;
  /** What the client was shown. Whatever was to be sent is sent. */
  readonly response: JsonObject;
  readonly now: Date;
}

/** What the contract suite must be told of a handler. */
export interface HandlerHarness<State, Data, Fields, Proof> {
  /** A new handler; called for each test. */
  makeHandler(): MfaHandler<State, Data, Fields, Proof>;
  /** A subject that can be enrolled. */
  readonly subject: Subject;
  /** Valid set-up fields; an empty object where the handler asks none. */
  readonly fields: Fields;
  /** Those of a second authenticator, where a handler that holds several takes no two alike. */
  readonly otherFields?: Fields;
  /** The instant at which everything happens. */
  readonly now: Date;
  /** The proof that the rightful person gives. */
  makeProof(ceremony: Ceremony<State, Data>): Promise<Proof>;
  /** Proofs that are well formed and wrong; at least one. */
  makeWrongProofs(ceremony: Ceremony<State, Data>): Promise<readonly Proof[]>;
  /** A proof with any text in it; absent for a handler whose proof is not typed. */
  makeTypedProof?(text: string): Proof;
  /** Texts that no list of methods and no answer of a login may hold: keys, codes, addresses. */
  secretsOf(ceremony: Ceremony<State, Data>): readonly string[];
  /** Method references of the handler that are documented somewhere else than at IANA. */
  readonly ownAmr?: readonly string[];
}

/** A set-up that awaits its proof. */
export interface Enrolled<S, D, F, P> {
  readonly handler: MfaHandler<S, D, F, P>;
  readonly outcome: SetupOutcome<S, D>;
  readonly ceremony: Ceremony<S, D>;
}

/** Sets up a method and sends what is to be sent, as the core does. */
export async function enrol<S, D, F, P>(
  harness: HandlerHarness<S, D, F, P>,
): Promise<Enrolled<S, D, F, P>> {
  return enrolBeside(harness, harness.makeHandler(), []);
}

/** As {@link enrol}, where the subject has authenticators of this handler already. */
export async function enrolBeside<S, D, F, P>(
  { subject, fields, now }: HandlerHarness<S, D, F, P>,
  handler: MfaHandler<S, D, F, P>,
  enrolled: readonly S[],
): Promise<Enrolled<S, D, F, P>> {
  const outcome = await handler.setup({ subject, fields, enrolled, now });
  await outcome.delivery?.send();
  const { state, data = null, response } = outcome;
  return { handler, outcome, ceremony: { subject, response, now, ...jsonCopyOf({ state, data }) } };
}

/**
 * Opens a login, as the core does; null for a handler that neither shows nor sends anything.
 *
 * @param states of all that may answer; the ceremony is that of the first
 */
export async function openLogin<S, D, F, P>(
  { subject, now }: Pick<HandlerHarness<S, D, F, P>, 'subject' | 'now'>,
  handler: MfaHandler<S, D, F, P>,
  ...states: [S, ...S[]]
): Promise<{ outcome: ChallengeOutcome<D>; ceremony: Ceremony<S, D> } | null> {
  const [state] = states;
  const outcome = await handler.challenge?.({ subject, states, now });
  if (outcome === undefined) return null;
  await outcome.delivery?.send();
  const data = jsonCopyOf(outcome.data);
  return { outcome, ceremony: { subject, state, data, response: outcome.response, now } };
}

/** What a handler is given to judge this proof. */
export function inputOf<S, D, P>(
  { subject, state, data, now }: Ceremony<S, D>,
  proof: P,
): VerifyInput<S, D, P> {
  return { subject, state, data, proof, now };
}

/** What storage gives back of a value. */
export function jsonCopyOf<T>(value: T): T {
  // States, data and proofs are JSON by contract: the copy has the type of what was copied.
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Proves a fresh set-up. @returns what a login begins with, late enough for another code */
export async function confirm<S, D, F, P>(
  harness: HandlerHarness<S, D, F, P>,
  handler: MfaHandler<S, D, F, P>,
  ceremony: Ceremony<S, D>,
): Promise<Ceremony<S, D>> {
  const verdict = await handler.verify(inputOf(ceremony, await harness.makeProof(ceremony)));
  if (!verdict.ok) throw new Error('A right proof of a fresh set-up was refused.');
  const now = addSeconds(ceremony.now, LOGIN_AFTER_SECONDS);
  return { ...ceremony, state: jsonCopyOf(verdict.state), data: null, now };
}
