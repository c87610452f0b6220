import {
  type AttemptRequest,
  AttemptStore,
  type Refusal,
  type Settlement,
  type SpentAttempt,
} from '../../src/mfa/core/ports/attempts.js';
import { type Authenticator } from '../../src/mfa/core/ports/authenticators.js';
import { type MfaEvent } from '../../src/mfa/core/ports/events.js';
import { type MfaHandler, type Subject } from '../../src/mfa/contract/handler.js';
import { EventStore } from '../../src/mfa/core/ports/event-store.js';
import { type Transaction, UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { CodeProof } from '../../src/mfa/contract/code-proof.js';
import { FakeClock } from '../../src/mfa/testing/fake-clock.js';

/** The time of every test. */
export const NOW = new FakeClock().now();
/** The subject whose proofs are judged. */
export const SUBJECT: Subject = {
  id: 's1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};

/** Accepts a code that equals the state. */
export const HANDLER: MfaHandler = {
  name: 'word',
  displayName: 'Word',
  amr: ['kba'],
  requiresDispatch: false,
  proofSchema: CodeProof,
  stateVersion: 1,
  parseState: (payload) => payload,
  setup: async () => ({ state: 'word', response: {} }),
  verify: async ({ state, proof }) =>
    'code' in proof && proof.code === state ? { ok: true, state } : { ok: false },
  describe: () => ({}),
};

/** An attempt store with prepared results. */
export class ScriptedAttempts extends AttemptStore {
  spends: (SpentAttempt | null)[] = [];
  refusals: (Refusal | null)[] = [];
  settles: boolean[] = [];
  reloads: (SpentAttempt | null)[] = [];
  readonly requests: AttemptRequest[] = [];
  readonly settlements: Settlement[] = [];

  async spend(request: AttemptRequest): Promise<SpentAttempt | null> {
    this.requests.push(request);
    return this.spends.shift() ?? null;
  }

  async explain(): Promise<Refusal | null> {
    return this.refusals.shift() ?? null;
  }

  async reload(
    _spent: SpentAttempt,
    _now: Date,
    transaction?: Transaction,
  ): Promise<SpentAttempt | null> {
    if (transaction !== undefined) this.lockedReloads += 1;
    return this.reloads.shift() ?? null;
  }

  readonly givenBack: SpentAttempt[] = [];
  readonly isInTransaction: boolean[] = [];
  lockedReloads = 0;

  async giveBack(spent: SpentAttempt): Promise<void> {
    this.givenBack.push(spent);
  }

  async settle(settlement: Settlement, transaction?: Transaction): Promise<boolean> {
    this.isInTransaction.push(transaction !== undefined);
    this.settlements.push(settlement);
    return this.settles.shift() ?? false;
  }
}

/** An audit that records its events. */
export class KeptEvents extends EventStore {
  readonly events: MfaEvent[] = [];

  async append(events: readonly MfaEvent[]): Promise<void> {
    this.events.push(...events);
  }
}

/** Work without a database. */
export class NoTransactions extends UnitOfWork {
  runForAccount<T>(_: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    // No store of these tests looks at its transaction.
    return work({} as Transaction);
  }

  async lockAccount(): Promise<void> {}
}

/** A working authenticator with this state. */
export function authenticator(payload: string): Authenticator {
  const times = { createdAt: NOW, boundAt: NOW, confirmedAt: NOW, lastUsedAt: null };
  return { id: 'a1', label: null, setUpIn: null, confirmedIn: 1, ...times, payload };
}

/** An attempt of a login. */
export function spentAttempt(changes: Partial<SpentAttempt> = {}): SpentAttempt {
  return {
    challenge: {
      subjectId: 's1',
      id: 'c1',
      purpose: 'login',
      methodId: 'm1',
      handler: 'word',
      authenticatorId: null,
      proofs: [],
      provider: null,
      sessionId: null,
      credentialsVersion: '1',
      data: null,
      createdAt: NOW,
      expiresAt: NOW,
      accountVersion: 1,
      attempts: 1,
      version: 0,
    },
    method: {
      id: 'm1',
      subjectId: 's1',
      handler: 'word',
      isActive: true,
      isPrimary: true,
      createdAt: NOW,
      confirmedAt: NOW,
      activatedAt: NOW,
      activation: 1,
      activatedVersion: 1,
      activatedIn: null,
      lastUsedAt: null,
      authenticators: [authenticator('open sesame')],
      payloadVersion: 1,
      version: 0,
    },
    backupCode: null,
    sessionId: null,
    factor: 'word',
    counted: { onMethod: true, onAccount: true, onSession: false },
    endsMethod: false,
    locksMethod: false,
    locksAccount: false,
    locksSession: false,
    locksAllSessions: false,
    lockEnds: { method: null, account: null, session: null, allSessions: null },
    ...changes,
  };
}
