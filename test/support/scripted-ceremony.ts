import { SystemRandomSource } from '../../src/mfa/contract/random.js';
import { AttemptSpending } from '../../src/mfa/core/ceremony/attempt-spending.js';
import { BackupCodes } from '../../src/mfa/core/ceremony/backup-codes.js';
import { Ceremony } from '../../src/mfa/core/ceremony/ceremony.js';
import { HandlerRegistry } from '../../src/mfa/core/ceremony/handler-registry.js';
import { SendCooldowns } from '../../src/mfa/core/ceremony/send-cooldowns.js';
import { UnjudgedAttempts } from '../../src/mfa/core/ceremony/unjudged-attempts.js';
import { WrongProofs } from '../../src/mfa/core/ceremony/wrong-proofs.js';
import { EventRecorder } from '../../src/mfa/core/events/event-recorder.js';
import { EventSubscribers } from '../../src/mfa/core/events/event-subscribers.js';
import { type OutboxStore } from '../../src/mfa/core/events/outbox.js';
import { OutboxWorker } from '../../src/mfa/core/events/outbox-worker.js';
import { KeyRing } from '../../src/mfa/core/keys/key-ring.js';
import { resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { PASSWORD } from '../../src/mfa/core/ports/password-fields.js';
import { type HostPorts } from '../../src/mfa/core/ports/host-ports.js';
import { type SendBudgetStore } from '../../src/mfa/core/sending/send-budgets.js';
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
import {
  type MethodRecord,
  type Transaction,
  UnitOfWork,
} from '../../src/mfa/core/ports/stores.js';
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
  parseState: (state) => state,
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

  async settle(
    settlement: Settlement,
    transaction?: Transaction,
  ): Promise<readonly MfaEvent[] | null> {
    this.isInTransaction.push(transaction !== undefined);
    this.settlements.push(settlement);
    return this.settles.shift() === true ? settlement.events : null;
  }
}

/** An audit that records its events. */
export class KeptEvents extends EventStore {
  readonly events: MfaEvent[] = [];

  async append(events: readonly MfaEvent[]): Promise<readonly MfaEvent[]> {
    this.events.push(...events);
    return events;
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
export function authenticator(state: string): Authenticator {
  const times = { createdAt: NOW, boundAt: NOW, confirmedAt: NOW, lastUsedAt: null };
  return { id: 'a1', label: null, setUpIn: null, confirmedIn: 1, ...times, state };
}

/** Of {@link spentAttempt}. */
export const METHOD: MethodRecord = {
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
  stateVersion: 1,
  version: 0,
};

/** An attempt at the word of a login. */
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
    method: METHOD,
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

/** An attempt at the password of a step-up. */
export function spentAtPassword(changes: Partial<SpentAttempt> = {}): SpentAttempt {
  const { challenge, ...spent } = spentAttempt();
  const own = { purpose: 'step_up', methodId: null, handler: PASSWORD, sessionId: 'k1' } as const;
  return {
    ...spent,
    challenge: { ...challenge, ...own },
    method: null,
    sessionId: 'k1',
    factor: PASSWORD,
    counted: { onMethod: false, onAccount: false, onSession: true },
    ...changes,
  };
}

const OPTIONS = resolveMfaOptions({
  secretKeys: [{ id: 'k', key: new Uint8Array(32) }],
  backupCodeHashCost: 4,
});

/** The backup codes of {@link scriptedCeremony}. */
export const BACKUP_CODES = new BackupCodes(
  OPTIONS,
  new SystemRandomSource(),
  new KeyRing(OPTIONS),
);

/** A ceremony without a database, where nothing is sent and nobody listens. */
export function scriptedCeremony(
  attempts: AttemptStore,
  events: EventStore,
  handler: MfaHandler = HANDLER,
): Ceremony {
  const [subscribers, clock] = [new EventSubscribers(), new FakeClock()];
  // Nobody listens, so nothing is ever taken from the outbox.
  const worker = new OutboxWorker(subscribers, {} as OutboxStore, OPTIONS, clock);
  const recorder = new EventRecorder(events, subscribers, worker);
  // No session ends here, so nothing is asked of the host.
  const host = {} as HostPorts;
  const registry = new HandlerRegistry([handler]);
  return new Ceremony(
    registry,
    attempts,
    recorder,
    new AttemptSpending(attempts, BACKUP_CODES, host, OPTIONS),
    new NoTransactions(),
    BACKUP_CODES,
    new UnjudgedAttempts(),
    new WrongProofs(host, new NoTransactions(), recorder),
    // The handler sends nothing, so no budget is asked.
    new SendCooldowns(registry, {} as SendBudgetStore),
    OPTIONS,
    clock,
  );
}
