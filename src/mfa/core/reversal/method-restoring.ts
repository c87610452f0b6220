import { Injectable } from '@nestjs/common';
import {
  type Authenticator,
  hasRoomFor,
  inPresentVersion,
  isPending,
  workingOf,
} from '../ports/authenticators.js';
import { ChangeStore, type FormerMethod } from './changes.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type MethodRecord, MethodStore } from '../ports/stores.js';
import { NOTHING, type OfMethod, removedFrom, type Undone } from './undone.js';

const BACK: Undone = { ...NOTHING, isUndone: true, bringsBack: true };

/**
 * Restores what a change removed. Pending authenticators in its place are removed, no matter who set them
 * up: otherwise any session could block the place for good. Pending ones are not restored.
 */
@Injectable()
export class MethodRestoring {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly changes: ChangeStore,
    private readonly methods: MethodStore,
  ) {}

  /** Fails when the method is active again by its own proof, or when nothing is left that worked. */
  async reactivate({ former, methods, transaction }: OfMethod): Promise<Undone> {
    const method = methods.find(({ id }) => id === former.id);
    if (method === undefined || !wouldWork(method, former)) return NOTHING;
    if (!(await this.changes.reactivate(method, former, transaction))) return NOTHING;
    if (!hasPrimary(methods)) await this.methods.makePrimary(method, transaction);
    return BACK;
  }

  /** Fails when another method of the handler was ever proven. */
  async restoreMethod(request: OfMethod): Promise<Undone> {
    const { change, former, kept, methods, transaction } = request;
    const { subjectId } = change;
    const [authenticators, unproven] = byBinding(former);
    if (authenticators.length === 0) return NOTHING;
    const inTheWay = methods.filter(
      (method) => method.handler === former.handler && method.authenticators.every(isPending),
    );
    for (const method of inTheWay) await this.methods.delete(method, transaction);
    const proven = { ...former, authenticators };
    if (!(await this.changes.restoreMethod(subjectId, proven, transaction))) return NOTHING;
    if (former.isActive && (!hasPrimary(methods) || (former.isPrimary && !kept.isPrimaryChosen))) {
      await this.methods.makePrimary({ subjectId, id: former.id }, transaction);
    }
    const gone = inTheWay.map((method) => removedFrom(method, method.authenticators));
    return { ...BACK, removed: [...gone, removedFrom(former, unproven)] };
  }

  /**
   * Fails when a proven authenticator has its label, or when there is no room. A method that another link
   * has removed comes back with it.
   */
  async restoreAuthenticator(request: OfMethod): Promise<Undone> {
    const { change, former, kept, methods, transaction } = request;
    const method = methods.find(({ id }) => id === former.id);
    const removed = former.authenticators.find(({ id }) => id === change.target);
    if (removed === undefined || isPending(removed)) return NOTHING;
    if (method === undefined) {
      if (kept.deleted.has(former.id)) return NOTHING;
      return this.restoreMethod({ ...request, former: { ...former, authenticators: [removed] } });
    }
    if (!this.registry.has(method.handler)) return NOTHING;
    const handler = this.registry.get(method.handler);
    const [proven, unproven] = byBinding(method);
    if (!hasRoomFor(removed, { ...method, authenticators: proven }, handler)) return NOTHING;
    const authenticators = [
      ...proven.map((one) => inPresentVersion(one, method, handler)),
      inPresentVersion(removed, former, handler),
    ];
    const stateVersion = handler.stateVersion;
    await this.methods.save({ ...method, authenticators, stateVersion }, transaction);
    return { ...BACK, removed: [removedFrom(method, unproven)] };
  }
}

/** Whether an authenticator of a method works with its former activation. */
function wouldWork(
  { authenticators }: MethodRecord,
  { activation }: Pick<FormerMethod, 'activation'>,
): boolean {
  return workingOf({ authenticators, activation }).length > 0;
}

/** Proven authenticators, and pending ones. */
function byBinding({
  authenticators,
}: Pick<MethodRecord, 'authenticators'>): [Authenticator[], Authenticator[]] {
  return [authenticators.filter((one) => !isPending(one)), authenticators.filter(isPending)];
}

function hasPrimary(methods: readonly MethodRecord[]): boolean {
  return methods.some(({ isPrimary }) => isPrimary);
}
