import { proofOfFirstFactor } from '../core/ports/assurance.js';
import {
  type AttemptRequest,
  type AttemptStore,
  methodOf,
  type Settlement,
  type SpentAttempt,
} from '../core/ports/attempts.js';
import { type Authenticator } from '../core/ports/authenticators.js';
import { type EnrolmentStore } from '../core/methods/enrolments.js';
import { type MfaEvent, type MfaEventType } from '../core/ports/events.js';
import { type Subject } from '../contract/handler.js';
import { type RowInsert } from '../core/ports/host-rows.js';
import { type EventStore } from '../core/ports/event-store.js';
import {
  type AccountStore,
  type BackupCodeStore,
  type ChallengeRecord,
  type ChallengeStore,
  type MethodRecord,
  type MethodStore,
  type NewChallenge,
  type Transaction,
  type UnitOfWork,
} from '../core/ports/stores.js';
import { type SendBudgetStore } from '../core/sending/send-budgets.js';
import { addSeconds } from '../contract/clock.js';
import { FakeRandomSource } from './fake-random-source.js';

/** The storage ports, all on one storage. */
export interface Stores {
  readonly unitOfWork: UnitOfWork;
  readonly methods: MethodStore;
  readonly challenges: ChallengeStore;
  readonly attempts: AttemptStore;
  readonly backupCodes: BackupCodeStore;
  readonly sendBudgets: SendBudgetStore;
  readonly events: EventStore;
  readonly accounts: AccountStore;
  readonly enrolments: EnrolmentStore;
}

/** Stores on an empty storage, with readings that the ports do not offer. */
export interface OpenStores extends Stores {
  /** The types of all events of a subject, oldest first. */
  eventTypesOf(subjectId: string): Promise<readonly string[]>;
  /** Makes a row for a table of the host that takes one row for each key. @param key a UUID */
  rowFor(key: string): RowInsert;
  /** Whether the row of {@link OpenStores.rowFor} is stored. */
  hasRow(key: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The time of all tests. */
export const NOW = new Date('2026-01-01T12:00:00.000Z');
/** The lifetime of the challenges of the suite. */
export const LIFETIME_SECONDS = 900;
/** Budgets that no test reaches unless it lowers them. */
export const AMPLE = {
  maxAttemptsPerChallenge: 1000,
  maxFailuresPerMethod: 1000,
  maxFailuresPerAccount: 1000,
  maxFailuresPerSession: 1000,
  maxFailuresOverSessions: 1000,
  maxFailuresEver: 10_000,
  lockSeconds: [60, 120, 240],
};

/** The fields of a method that was never active. */
export const NOT_ACTIVE = {
  isActive: false,
  isPrimary: false,
  activatedAt: null,
  activation: null,
  activatedVersion: null,
  activatedIn: null,
} as const;

/** Open stores for the tests of the store contract, and ways to fill them. */
export class StoreStage {
  private opened: OpenStores | undefined;
  private readonly random = new FakeRandomSource();
  private subjects = 0;

  async open(open: () => Promise<OpenStores>): Promise<void> {
    this.opened = await open();
  }

  async close(): Promise<void> {
    await this.opened?.close();
  }

  get stores(): OpenStores {
    if (this.opened === undefined) throw new Error('The stores are not open.');
    return this.opened;
  }

  newId(): string {
    return this.random.rowId();
  }

  newSubject(): string {
    return `subject-${(this.subjects += 1)}`;
  }

  event(subjectId: string, type: MfaEventType = 'second_factor_succeeded'): MfaEvent {
    const client = { ip: '192.0.2.1', userAgent: 'contract' };
    return { type, subject: subjectOf(subjectId), factor: 'app', at: NOW, client };
  }

  run<T>(subjectId: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.stores.unitOfWork.runForAccount(subjectId, work);
  }

  authenticator(changes: Partial<Authenticator> = {}): Authenticator {
    const times = { createdAt: NOW, boundAt: NOW, confirmedAt: NOW, lastUsedAt: null };
    const own = { id: this.newId(), label: null, setUpIn: null, confirmedIn: 0 };
    return { ...own, ...times, state: { secret: 'Ω' }, ...changes };
  }

  /** Adds a method with one authenticator. @param since null: pending */
  async addMethod(subjectId: string, handler: string, since: Date | null): Promise<MethodRecord> {
    const id = this.newId();
    const confirmedIn = since === null ? null : 0;
    const authenticators = [this.authenticator({ confirmedAt: since, confirmedIn })];
    const times = { createdAt: NOW, confirmedAt: since, lastUsedAt: null };
    const method = { id, subjectId, handler, ...times, authenticators, stateVersion: 1 };
    await this.run(subjectId, async (transaction) => {
      await this.stores.methods.save(method, transaction);
      if (since !== null) {
        await this.stores.methods.activate(
          { subjectId, id },
          { at: since, sessionId: null },
          transaction,
        );
      }
    });
    return this.method(subjectId, handler);
  }

  /** Adds a subject with one active method. */
  newMethod(): Promise<MethodRecord> {
    return this.addMethod(this.newSubject(), 'app', NOW);
  }

  /** Reads a method. @throws {Error} if there is none */
  async method(subjectId: string, handler: string): Promise<MethodRecord> {
    const methods = await this.stores.methods.list(subjectId);
    const method = methods.find((candidate) => candidate.handler === handler);
    if (method === undefined) throw new Error(`${subjectId} has no method ${handler}.`);
    return method;
  }

  newChallenge(method: MethodRecord, changes: Partial<NewChallenge> = {}): NewChallenge {
    const { subjectId, handler } = method;
    return {
      subjectId,
      id: this.newId(),
      purpose: 'login',
      methodId: method.id,
      handler,
      authenticatorId: null,
      proofs: [proofOfFirstFactor(['pwd'], NOW)],
      provider: 'local',
      sessionId: null,
      credentialsVersion: '1',
      data: null,
      createdAt: NOW,
      expiresAt: addSeconds(NOW, LIFETIME_SECONDS),
      ...changes,
    };
  }

  /** Opens a challenge and reads it back. */
  async openChallenge(
    method: MethodRecord,
    changes: Partial<NewChallenge> = {},
  ): Promise<ChallengeRecord> {
    const challenge = this.newChallenge(method, changes);
    await this.stores.challenges.open(challenge, 'replace', null);
    return this.challenge(challenge);
  }

  /** Reads a challenge. @throws {Error} if it is not open */
  async challenge(key: { subjectId: string; id: string }): Promise<ChallengeRecord> {
    const challenge = await this.stores.challenges.findOpen(key, NOW);
    if (challenge === null) throw new Error('The challenge is not open.');
    return challenge;
  }

  request(
    { subjectId, id, handler }: ChallengeRecord,
    changes: Partial<AttemptRequest> = {},
  ): AttemptRequest {
    return {
      key: { subjectId, id },
      purpose: 'login',
      credentialsVersion: '1',
      sessionId: null,
      isOfMethod: true,
      handlers: [handler],
      unguessable: [],
      backupLookups: [],
      budgets: AMPLE,
      now: NOW,
      ...changes,
    };
  }

  /** Spends an attempt that must be allowed. */
  async spend(
    challenge: ChallengeRecord,
    changes: Partial<AttemptRequest> = {},
  ): Promise<SpentAttempt> {
    const spent = await this.stores.attempts.spend(this.request(challenge, changes));
    if (spent === null) throw new Error('No attempt was spent.');
    return spent;
  }

  /** Whether a settlement is committed. */
  async settle(settlement: Settlement, transaction?: Transaction): Promise<boolean> {
    return (await this.stores.attempts.settle(settlement, transaction)) !== null;
  }

  /** The settlement of a right proof that changed the state. */
  settlement(spent: SpentAttempt, changes: Partial<Settlement> = {}): Settlement {
    const authenticators = methodOf(spent).authenticators.map((authenticator) => ({
      ...authenticator,
      state: { secret: 'Ω', usedIn: spent.challenge.id },
    }));
    return {
      spent,
      proven: { by: 'method', authenticators, stateVersion: 2 },
      rows: [],
      rowUpdates: [],
      events: [this.event(spent.challenge.subjectId)],
      now: NOW,
      ...changes,
    };
  }
}

function subjectOf(id: string): Subject {
  return { id, displayName: id, addresses: {}, isEnabled: true, credentialsVersion: '1' };
}

/** Starts the same work several times at one moment and returns all results. */
export function atOnce<T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => work(index)));
}
