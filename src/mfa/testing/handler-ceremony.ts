import {
  type ChallengeOutcome,
  type JsonObject,
  type MfaHandler,
  type SetupOutcome,
  type Subject,
  type VerifyInput,
} from '../contract/handler.js';
import { addSeconds } from '../contract/clock.js';

/** A day, longer than the lifetime of any code. */
const LOGIN_AFTER_SECONDS = 86_400;

/** One open ceremony: the source of a right proof. */
export interface Ceremony<State, Data> {
  readonly subject: Subject;
  readonly state: State;
  /** Null: the handler gave none. */
  readonly data: Data | null;
  /** The answer to the client. All messages are sent already. */
  readonly response: JsonObject;
  readonly now: Date;
}

/** Tells the contract suite about a handler. */
export interface HandlerHarness<State, Data, Fields, Proof> {
  /** Makes a new handler for each test. */
  makeHandler(): MfaHandler<State, Data, Fields, Proof>;
  /** A subject that can be enrolled. */
  readonly subject: Subject;
  /** Valid set-up fields. An empty object if the handler asks for none. */
  readonly fields: Fields;
  /** Fields of a second authenticator, if the handler holds several and refuses two alike. */
  readonly otherFields?: Fields;
  /** The time of the set-up. */
  readonly now: Date;
  /** The right proof. */
  makeProof(ceremony: Ceremony<State, Data>): Promise<Proof>;
  /** Wrong proofs in the right form, at least one. */
  makeWrongProofs(ceremony: Ceremony<State, Data>): Promise<readonly Proof[]>;
  /**
   * Makes a proof of any text, for the same challenge as a right one. Absent: people do not type the proof.
   */
  makeTypedProof?(text: string, ceremony: Ceremony<State, Data>): Proof;
  /**
   * Set if the handler shows something at login but its right proof is the same each time, or until one
   * is given, for example the answer to a question. Without it, a proof must belong to its challenge. Never
   * for one-time codes.
   */
  readonly hasReusableProofs?: boolean;
  /** Keys, codes and addresses: no list of methods and no answer to a login may contain them. */
  secretsOf(ceremony: Ceremony<State, Data>): readonly string[];
  /** Method references of the handler that IANA does not list. */
  readonly ownAmr?: readonly string[];
}

/** A set-up before its proof. */
export interface Enrolled<S, D, F, P> {
  readonly handler: MfaHandler<S, D, F, P>;
  readonly outcome: SetupOutcome<S, D>;
  readonly ceremony: Ceremony<S, D>;
}

/** Sets up a method and sends its message, as the core does. */
export async function enrol<S, D, F, P>(
  harness: HandlerHarness<S, D, F, P>,
): Promise<Enrolled<S, D, F, P>> {
  return enrolBeside(harness, harness.makeHandler(), []);
}

/** As {@link enrol}, for a subject that already has authenticators of this handler. */
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
 * Opens a login, as the core does. Null for a handler that neither shows nor sends anything.
 *
 * @param states of all authenticators that may answer; the ceremony is that of the first
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

/** The input with which a handler judges this proof. */
export function inputOf<S, D, P>(
  { subject, state, data, now }: Ceremony<S, D>,
  proof: P,
): VerifyInput<S, D, P> {
  return { subject, state, data, proof, now };
}

/** A value as storage returns it. */
export function jsonCopyOf<T>(value: T): T {
  // States, data and proofs are JSON by contract, so the copy has the type of the value.
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Proves a fresh set-up. @returns the ceremony for a login, late enough for another code */
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
