import { MfaError } from '../../contract/errors.js';
import { type MfaHandler } from '../../contract/handler.js';

/** One device, key or address that a method is proven with. */
export interface Authenticator {
  /** Made anew by every set-up, so that what was opened for the old secret dies with it. */
  readonly id: string;
  /** Unique within its method; null where the handler holds one authenticator only. */
  readonly label: string | null;
  readonly createdAt: Date;
  /** The host's session that set it up; null: in none, or the host keeps none. */
  readonly setUpIn: string | null;
  /** When it was proven for the first time; null while it never was [NIST SP 800-63B-4 §4.1]. */
  readonly boundAt: Date | null;
  /**
   * When it was proven, for the first time or again after its method had been inactive; null while
   * pending.
   */
  readonly confirmedAt: Date | null;
  /**
   * `MethodRecord.activation` in which it was proven; null while pending. In any other one it does not
   * work: what was switched off comes back by its own proof alone.
   */
  readonly confirmedIn: number | null;
  /** Kept only of those that have a label; a method keeps its own. */
  readonly lastUsedAt: Date | null;
  /** The handler's state as stored, decrypted. */
  readonly state: unknown;
}

/** What the decisions below look at of a method. */
interface Holder {
  /** What its activation is known by; null when it is not active. */
  readonly activation: number | null;
  readonly authenticators: readonly Authenticator[];
}

/** A proof that one authenticator gave, and what its handler made of its state. */
interface Use {
  readonly id: string;
  readonly state: unknown;
  readonly now: Date;
}

/** Where a new authenticator goes. */
export interface Place {
  readonly label: string | null;
  /** Those that stay beside the new one. */
  readonly kept: readonly Authenticator[];
}

/** Whether one subject may hold several authenticators of this handler. */
export function holdsSeveral(handler: MfaHandler): boolean {
  return capacityOf(handler) > 1;
}

function capacityOf({ maxAuthenticators = 1 }: MfaHandler): number {
  return maxAuthenticators;
}

/** Whether a login may be passed with it. */
export function works(
  { confirmedIn }: Pick<Authenticator, 'confirmedIn'>,
  { activation }: Pick<Holder, 'activation'>,
): boolean {
  return activation !== null && confirmedIn === activation;
}

/** Those that a login may be passed with. */
export function workingOf(method: Holder): Authenticator[] {
  return method.authenticators.filter((authenticator) => works(authenticator, method));
}

/** Those that were proven once, working or not. */
export function provenOf({ authenticators }: Holder): Authenticator[] {
  return authenticators.filter(({ confirmedAt }) => confirmedAt !== null);
}

/** Those that do not work before they are proven, for the first time or again. */
function awaitingProofOf(method: Holder): Authenticator[] {
  return method.authenticators.filter((authenticator) => !works(authenticator, method));
}

/**
 * The authenticator that a confirmation is about.
 *
 * @param id may be left out where one alone awaits its proof
 * @throws {MfaError} `method_exists` when it works already, as after a request whose answer was lost;
 * `method_not_found`, or `validation_failed` when it takes an id to tell
 */
export function chooseAwaiting(method: Holder, id: string | undefined): Authenticator {
  const awaiting = awaitingProofOf(method);
  if (!isAmong(awaiting, id) && isAmong(workingOf(method), id)) throw confirmedAlready();
  return chooseFrom(awaiting, id);
}

/** Answers a confirmation of what works by now. */
export function confirmedAlready(): MfaError {
  return new MfaError('method_exists', { detail: 'It is confirmed already.' });
}

/** @param id undefined: whichever there is */
function isAmong(candidates: readonly Authenticator[], id: string | undefined): boolean {
  return id === undefined ? candidates.length > 0 : candidates.some((one) => one.id === id);
}

/**
 * The authenticator that can be proven again: one that worked before its method was deactivated.
 *
 * @throws {MfaError} as {@link chooseAwaiting}
 */
export function chooseDormant(method: Holder, id: string | undefined): Authenticator {
  const dormant = awaitingProofOf(method).filter(({ confirmedAt }) => confirmedAt !== null);
  return chooseFrom(dormant, id);
}

function chooseFrom(candidates: readonly Authenticator[], id: string | undefined): Authenticator {
  const [chosen, ...others] =
    id === undefined ? candidates : candidates.filter((candidate) => candidate.id === id);
  if (chosen === undefined) throw new MfaError('method_not_found');
  if (others.length > 0) {
    throw new MfaError('validation_failed', {
      errors: { authenticator_id: ['This field is required: several await their confirmation.'] },
    });
  }
  return chosen;
}

/**
 * Where an authenticator that is set up goes.
 *
 * Rules: 1. without a label, or where the handler holds one only, a method that is not active
 * begins anew; 2. an active one is left as it is; 3. the label of one that works is taken; 4. one
 * that does not work makes room; 5. there is a limit.
 *
 * @throws {MfaError} `method_exists` or `too_many_authenticators`
 */
export function placeFor(
  handler: MfaHandler,
  method: Holder | undefined,
  label: string | undefined,
): Place {
  const holder = method ?? { activation: null, authenticators: [] };
  if (label === undefined) {
    if (holder.activation !== null) throw new MfaError('method_exists');
    return { label: holdsSeveral(handler) ? handler.displayName : null, kept: [] };
  }
  if (workingOf(holder).some((authenticator) => authenticator.label === label)) {
    throw new MfaError('method_exists');
  }
  const kept = holder.authenticators.filter((authenticator) => authenticator.label !== label);
  if (kept.length >= capacityOf(handler)) throw new MfaError('too_many_authenticators');
  return { label, kept };
}

/** Whether an authenticator can come back to its method: its label is free, and so is a place. */
export function hasRoomFor(
  { id, label }: Authenticator,
  { authenticators }: Holder,
  handler: MfaHandler,
): boolean {
  const isTaken = authenticators.some((other) => other.id === id || other.label === label);
  return !isTaken && authenticators.length < capacityOf(handler);
}

/**
 * Whether the method goes with the authenticator of this id: it is the last one, or the last that a
 * login may be passed with.
 */
export function isIndispensable(method: Holder, id: string): boolean {
  const needed = method.activation === null ? method.authenticators : workingOf(method);
  return needed.every((authenticator) => authenticator.id === id);
}

/**
 * Those of a method that a challenge takes its answer from.
 *
 * @param challenge names one that awaits its proof, or none: then it is any that works
 */
export function mayAnswer(
  { authenticatorId }: { readonly authenticatorId: string | null },
  method: Holder,
): readonly Authenticator[] {
  if (authenticatorId === null) return workingOf(method);
  return awaitingProofOf(method).filter(({ id }) => id === authenticatorId);
}

/** An authenticator in the version of state that its handler writes now. */
export function inPresentVersion(
  authenticator: Authenticator,
  { stateVersion }: { readonly stateVersion: number },
  handler: MfaHandler,
): Authenticator {
  return { ...authenticator, state: handler.parseState(authenticator.state, stateVersion) };
}

/**
 * The activation that a right proof counts in. The proof of one that waits for it activates a method
 * that is not active: in the version that this makes.
 */
export function activationOfProof({
  activation,
  version,
}: Pick<Holder, 'activation'> & { readonly version: number }): number {
  return activation ?? version + 1;
}

/**
 * A method's authenticators after a right proof, all in the version that their handler writes now.
 */
export function authenticatorsAfter(
  { id, state, now }: Use,
  method: Holder & { readonly stateVersion: number; readonly version: number },
  handler: MfaHandler,
): Authenticator[] {
  const confirmedIn = activationOfProof(method);
  return method.authenticators.map((authenticator) => {
    if (authenticator.id !== id) return inPresentVersion(authenticator, method, handler);
    const confirmedAt = works(authenticator, method) ? authenticator.confirmedAt : now;
    const boundAt = authenticator.boundAt ?? now;
    const used = { ...authenticator, state, boundAt, confirmedAt, confirmedIn };
    return authenticator.label === null ? used : { ...used, lastUsedAt: now };
  });
}

/** What an authenticator has that was never proven. */
export const NEVER_PROVEN = {
  boundAt: null,
  confirmedAt: null,
  confirmedIn: null,
  lastUsedAt: null,
} as const;

/** Whether an authenticator was never proven. */
export function isPending({ boundAt }: Authenticator): boolean {
  return boundAt === null;
}

/** Those of a method that do not stay beside a new one. */
export function replacedBy(
  present: (Holder & { readonly stateVersion: number }) | undefined,
  { kept }: Place,
): { readonly authenticators: readonly Authenticator[]; readonly stateVersion: number } {
  const { authenticators = [], stateVersion = 0 } = present ?? {};
  return {
    authenticators: authenticators.filter((authenticator) => !kept.includes(authenticator)),
    stateVersion,
  };
}
