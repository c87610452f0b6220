import { MfaError } from '../../contract/errors.js';
import { type MfaHandler } from '../../contract/handler.js';

/** A device, key or address that proves a method. */
export interface Authenticator {
  /** Changes with every set-up, so that challenges for the old secret die with it. */
  readonly id: string;
  /** Unique within its method; null when the handler holds one authenticator only. */
  readonly label: string | null;
  readonly createdAt: Date;
  /** The host's session that set it up; null without one. */
  readonly setUpIn: string | null;
  /** When it was first proven; null before that [NIST SP 800-63B-4 §4.1]. */
  readonly boundAt: Date | null;
  /**
   * When it was confirmed, first or again after its method had been inactive; null while pending.
   */
  readonly confirmedAt: Date | null;
  /**
   * `MethodRecord.activation` of that confirmation; null while pending. It does not work in any other
   * activation: each authenticator of a reactivated method needs a proof of its own.
   */
  readonly confirmedIn: number | null;
  /** Only for authenticators with a label. The method has a time of its own. */
  readonly lastUsedAt: Date | null;
  /** The handler's state as it is stored, decrypted. */
  readonly state: unknown;
}

/** The facts of a method that the decisions below need. */
interface Holder {
  /** `MethodRecord.activation`; null when it is not active. */
  readonly activation: number | null;
  readonly authenticators: readonly Authenticator[];
}

/** A right proof by an authenticator, with the state that its handler returned. */
interface Use {
  readonly id: string;
  readonly state: unknown;
  readonly now: Date;
}

/** The place of a new authenticator. */
export interface Place {
  readonly label: string | null;
  /** The authenticators that stay beside it. */
  readonly kept: readonly Authenticator[];
}

/** Whether a subject may have several authenticators of this handler. */
export function holdsSeveral(handler: MfaHandler): boolean {
  return capacityOf(handler) > 1;
}

function capacityOf({ maxAuthenticators = 1 }: MfaHandler): number {
  return maxAuthenticators;
}

/** Whether an authenticator can pass a login. */
export function works(
  { confirmedIn }: Pick<Authenticator, 'confirmedIn'>,
  { activation }: Pick<Holder, 'activation'>,
): boolean {
  return activation !== null && confirmedIn === activation;
}

/** The authenticators that can pass a login. */
export function workingOf(method: Holder): Authenticator[] {
  return method.authenticators.filter((authenticator) => works(authenticator, method));
}

/** The authenticators that were ever confirmed, working or not. */
export function provenOf({ authenticators }: Holder): Authenticator[] {
  return authenticators.filter(({ confirmedAt }) => confirmedAt !== null);
}

/** The authenticators that need a confirmation, first or again, before they work. */
function awaitingProofOf(method: Holder): Authenticator[] {
  return method.authenticators.filter((authenticator) => !works(authenticator, method));
}

/**
 * The authenticator that a confirmation is for.
 *
 * @param id may be undefined when only one awaits its confirmation
 * @throws {MfaError} `method_exists` when it works already, for example after a lost answer;
 * `method_not_found`; `validation_failed` when the id is needed
 */
export function chooseAwaiting(method: Holder, id: string | undefined): Authenticator {
  const awaiting = awaitingProofOf(method);
  if (!isAmong(awaiting, id) && isAmong(workingOf(method), id)) throw confirmedAlready();
  return chooseFrom(awaiting, id);
}

/** The answer to a confirmation of an authenticator that works already. */
export function confirmedAlready(): MfaError {
  return new MfaError('method_exists', { detail: 'It is confirmed already.' });
}

/** @param id undefined for any */
function isAmong(candidates: readonly Authenticator[], id: string | undefined): boolean {
  return id === undefined ? candidates.length > 0 : candidates.some((one) => one.id === id);
}

/**
 * The authenticator that can be confirmed again: it worked before its method was deactivated.
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
 * The place of a new authenticator.
 *
 * Rules: 1. without a label, or when the handler holds one only, an inactive method begins anew; 2. an active
 * one is refused; 3. the label of a working authenticator is taken; 4. one that does not work is replaced;
 * 5. the number is limited.
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

/** Whether an authenticator can return to its method: its label is free, and there is room. */
export function hasRoomFor(
  { id, label }: Authenticator,
  { authenticators }: Holder,
  handler: MfaHandler,
): boolean {
  const isTaken = authenticators.some((other) => other.id === id || other.label === label);
  return !isTaken && authenticators.length < capacityOf(handler);
}

/**
 * Whether a method goes with this authenticator: it is the last one, or the last that can pass a login.
 */
export function isIndispensable(method: Holder, id: string): boolean {
  const needed = method.activation === null ? method.authenticators : workingOf(method);
  return needed.every((authenticator) => authenticator.id === id);
}

/**
 * The authenticators that may answer a challenge.
 *
 * @param challenge names one that awaits its confirmation, or none for any that works
 */
export function mayAnswer(
  { authenticatorId }: { readonly authenticatorId: string | null },
  method: Holder,
): readonly Authenticator[] {
  if (authenticatorId === null) return workingOf(method);
  return awaitingProofOf(method).filter(({ id }) => id === authenticatorId);
}

/** An authenticator with its state in the handler's present version. */
export function inPresentVersion(
  authenticator: Authenticator,
  { stateVersion }: { readonly stateVersion: number },
  handler: MfaHandler,
): Authenticator {
  return { ...authenticator, state: handler.parseState(authenticator.state, stateVersion) };
}

/**
 * The activation that a right proof belongs to. The proof that activates a method belongs to the version that
 * it makes.
 */
export function activationOfProof({
  activation,
  version,
}: Pick<Holder, 'activation'> & { readonly version: number }): number {
  return activation ?? version + 1;
}

/** A method's authenticators after a right proof, with all states in the handler's present version. */
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

/** The fields of an authenticator that was never proven. */
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

/** The authenticators of a method that a new one replaces. */
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
