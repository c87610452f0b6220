import { type SessionProof } from '../ports/assurance.js';
import { workingOf } from '../ports/authenticators.js';
import { type Proven } from './ceremony.js';
import { type MfaHandler, type Subject } from '../../contract/handler.js';
import { type HandlerRegistry } from './handler-registry.js';
import { type MethodRecord } from '../ports/stores.js';

/** An active method with the handler that knows it. */
export interface OfferedMethod {
  readonly method: MethodRecord;
  readonly handler: MfaHandler;
}

/**
 * The methods that may be asked for: the primary first, then as configured.
 *
 * @param active at least one
 * @throws {Error} when no handler of them is registered: where nothing can be asked for, nobody gets in
 */
export function offersOf(
  active: readonly MethodRecord[],
  registry: HandlerRegistry,
): [OfferedMethod, ...OfferedMethod[]] {
  const primaryFirst = (a: OfferedMethod, b: OfferedMethod) =>
    Number(b.method.isPrimary) - Number(a.method.isPrimary);
  const [first, ...others] = registry
    .all()
    .map((handler) => ({ handler, method: active.find((one) => one.handler === handler.name) }))
    .flatMap(({ handler, method }) => (method === undefined ? [] : [{ handler, method }]))
    .sort(primaryFirst);
  if (first === undefined) {
    throw new Error('A subject has active methods, and none of their handlers is registered.');
  }
  return [first, ...others];
}

/** A proven first factor. */
export interface ProvenFirstFactor {
  readonly subject: Pick<Subject, 'firstFactorAddresses'>;
  /** What was proven. */
  readonly proofs: readonly Pick<SessionProof, 'methodId'>[];
}

/**
 * Active methods that are independent of the first factor. The method that a login began with never is.
 * Where a password was reset by mail, a code that is sent to the same address proves nothing more: it is
 * asked for only if there is no other.
 */
export function independentOf(
  active: readonly MethodRecord[],
  { subject: { firstFactorAddresses = [] }, proofs }: ProvenFirstFactor,
  registry: HandlerRegistry,
): readonly MethodRecord[] {
  const unproven = active.filter(({ id }) => proofs.every(({ methodId }) => methodId !== id));
  const others = beyond(unproven, firstFactorAddresses, registry);
  return others.length > 0 ? others : unproven;
}

/** Methods that can be asked for, and that send nothing to any of these addresses. */
export function beyond(
  methods: readonly MethodRecord[],
  addresses: readonly string[],
  registry: HandlerRegistry,
): MethodRecord[] {
  const known = addresses.map((address) => address.toLowerCase());
  return methods
    .filter(({ handler }) => registry.has(handler))
    .filter((method) => !addressesOf(method, registry).some((address) => known.includes(address)));
}

/**
 * A right proof as a session keeps it. A code that was sent to an address that the first factor came from
 * shows no second factor.
 */
export function keptProof(
  { attempt: { method }, by, proof }: Proven,
  { firstFactorAddresses = [] }: Pick<Subject, 'firstFactorAddresses'>,
  registry: HandlerRegistry,
): SessionProof {
  if (by === 'backup_code' || method === null) return proof;
  const authenticators = method.authenticators.filter(({ id }) => id === proof.authenticatorId);
  const isBeyond = beyond([{ ...method, authenticators }], firstFactorAddresses, registry);
  return isBeyond.length > 0 ? proof : { ...proof, isOfFirstFactor: true };
}

function addressesOf(method: MethodRecord, registry: HandlerRegistry): string[] {
  const handler = registry.forMethod(method);
  return workingOf(method).flatMap(({ state }) =>
    (handler.sendsTo?.(handler.parseState(state, method.stateVersion)) ?? []).map((address) =>
      address.toLowerCase(),
    ),
  );
}

/** The methods that a client may choose from, as it is shown them. */
export function choicesOf(
  offers: readonly OfferedMethod[],
): { name: string; displayName: string }[] {
  return offers.map(({ handler: { name, displayName } }) => ({ name, displayName }));
}
