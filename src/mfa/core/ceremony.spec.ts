import { addSeconds } from '../kit/clock.js';
import { SystemRandomSource } from '../kit/random.js';
import { CodeProof } from '../kit/code-proof.js';
import { resolveMfaOptions } from '../mfa.options.js';
import { FakeClock } from '../testing/fake-clock.js';
import {
  type AttemptRequest,
  AttemptStore,
  type Refusal,
  type Settlement,
  type SpentAttempt,
} from './attempts.js';
import { type Authenticator } from './authenticators.js';
import { BackupCodes } from './backup-codes.js';
import { Ceremony, type ProofRequest } from './ceremony.js';
import { EventAudience } from './event-audience.js';
import { EventTeller } from './event-teller.js';
import { type MfaEvent } from './events.js';
import { type MfaHandler, type Subject } from './handler.js';
import { HandlerRegistry } from './handler-registry.js';
import { KeyRing } from './key-ring.js';
import { type OutboxStore } from './outbox.js';
import { OutboxWorker } from './outbox-worker.js';
import { type ChallengePurpose, EventStore, type Transaction, UnitOfWork } from './stores.js';

const NOW = new FakeClock().now();
const SUBJECT: Subject = {
  id: 's1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};

/** Right when the code is the state's. */
const HANDLER: MfaHandler = {
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

/** An attempt store that answers what a test lays out. */
class ScriptedAttempts extends AttemptStore {
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

  async reload(): Promise<SpentAttempt | null> {
    return this.reloads.shift() ?? null;
  }

  readonly givenBack: SpentAttempt[] = [];

  async giveBack(spent: SpentAttempt): Promise<void> {
    this.givenBack.push(spent);
  }

  async settle(settlement: Settlement): Promise<boolean> {
    this.settlements.push(settlement);
    return this.settles.shift() ?? false;
  }
}

class KeptEvents extends EventStore {
  readonly events: MfaEvent[] = [];

  async append(events: readonly MfaEvent[]): Promise<void> {
    this.events.push(...events);
  }
}

class NoTransactions extends UnitOfWork {
  runForAccount<T>(_: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    // No store of this test looks at its transaction.
    return work({} as Transaction);
  }

  async lockAccount(): Promise<void> {}
}

function authenticator(payload: string): Authenticator {
  const times = { createdAt: NOW, boundAt: NOW, confirmedAt: NOW, lastUsedAt: null };
  return { id: 'a1', label: null, setUpIn: null, ...times, payload };
}

function spentAttempt(changes: Partial<SpentAttempt> = {}): SpentAttempt {
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
      activatedIn: null,
      lastUsedAt: null,
      authenticators: [authenticator('open sesame')],
      payloadVersion: 1,
      version: 0,
    },
    backupCode: null,
    locksMethod: false,
    endsMethod: false,
    locksAccount: false,
    ...changes,
  };
}

describe('Ceremony', () => {
  const options = resolveMfaOptions({
    secretKeys: [{ id: 'k', key: new Uint8Array(32) }],
    backupCodeHashCost: 4,
  });
  const backupCodes = new BackupCodes(options, new SystemRandomSource(), new KeyRing(options));
  let attempts: ScriptedAttempts;
  let events: KeptEvents;
  let ceremony: Ceremony;

  beforeEach(() => {
    attempts = new ScriptedAttempts();
    events = new KeptEvents();
    const [audience, clock] = [new EventAudience(), new FakeClock()];
    // Nobody listens, so nothing is ever taken from the outbox.
    const worker = new OutboxWorker(audience, {} as OutboxStore, options, clock);
    ceremony = new Ceremony(
      new HandlerRegistry([HANDLER]),
      attempts,
      events,
      new NoTransactions(),
      backupCodes,
      options,
      new FakeClock(),
      new EventTeller(audience, worker),
    );
  });

  function requestOf(code: unknown, changes: Partial<ProofRequest> = {}): ProofRequest {
    return {
      subject: SUBJECT,
      key: { subjectId: 's1', id: 'c1' },
      purpose: 'login',
      handlers: [HANDLER],
      proof: { code },
      acceptsBackupCode: true,
      client: { ip: null, userAgent: null },
      wrongProofDetail: 'Invalid code',
      ...changes,
    };
  }

  function prove(code: unknown, changes?: Partial<ProofRequest>) {
    return ceremony.prove(requestOf(code, changes), async () => ({}));
  }

  it('commits a right proof', async () => {
    attempts.spends = [spentAttempt()];
    attempts.settles = [true];
    await prove('open sesame');
    expect(attempts.settlements).toMatchObject([
      {
        proven: { by: 'method', authenticators: [{ payload: 'open sesame' }] },
        rows: [],
        now: NOW,
      },
    ]);
  });

  it('judges once more when it lost a race, by what is there then', async () => {
    const [spent, method] = [spentAttempt(), spentAttempt().method];
    attempts.spends = [spent];
    attempts.settles = [false];
    attempts.reloads = [
      { ...spent, method: { ...method, authenticators: [authenticator('closed sesame')] } },
    ];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'invalid_code' });
    expect(events.events.map(({ type }) => type)).toEqual(['second_factor_failed']);
  });

  it('asks to try again when it lost every race', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt(), spentAttempt(), spentAttempt()];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts.settlements).toHaveLength(3);
    expect(attempts.givenBack).toHaveLength(1);
  });

  it('gives no wrong proof back', async () => {
    attempts.spends = [spentAttempt()];
    await expect(prove('closed sesame')).rejects.toMatchObject({ code: 'invalid_code' });
    expect(attempts.givenBack).toEqual([]);
  });

  it('proves nothing before the method became active', async () => {
    const activatedAt = addSeconds(NOW, 1);
    const { method } = spentAttempt();
    attempts.settles = [true];
    const confirmed = [{ ...authenticator('open sesame'), confirmedAt: activatedAt }];
    attempts.spends = [
      spentAttempt({ method: { ...method, activatedAt, authenticators: confirmed } }),
    ];
    await prove('open sesame');
    expect(attempts.settlements).toMatchObject([{ now: activatedAt }]);
  });

  it.each<[ChallengePurpose, string, string]>([
    ['login', 'invalid_token', 'Invalid token'],
    ['step_up', 'invalid_token', 'Invalid token'],
    ['enrol', 'invalid_code', 'Invalid OTP code'],
    ['manage', 'invalid_code', 'Invalid OTP code'],
  ])('answers a dead challenge of purpose %s with %s', async (purpose, code, message) => {
    attempts.spends = [spentAttempt()];
    const proof = prove('open sesame', { purpose, wrongProofDetail: 'Invalid OTP code' });
    await expect(proof).rejects.toMatchObject({ code, message });
  });

  it('spends again when what stood in the way is gone', async () => {
    attempts.spends = [null, spentAttempt()];
    attempts.refusals = [null];
    attempts.settles = [true];
    await expect(prove('open sesame')).resolves.toBeUndefined();
  });

  it('asks to try again when it can neither spend nor say why', async () => {
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('spends nothing on what no handler can read', async () => {
    attempts.refusals = [{ reason: 'unreadable', handler: 'word' }];
    await expect(prove([])).rejects.toMatchObject({
      code: 'validation_failed',
      extras: { errors: { code: ['Not a valid string.'] } },
    });
    expect(attempts.requests).toEqual([]);
  });

  it('takes a challenge of a handler that is gone for one whose method is gone', async () => {
    attempts.refusals = [{ reason: 'unreadable', handler: 'gone' }];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'method_not_found' });
  });

  it('looks for a backup code only where one is accepted and the text may be one', async () => {
    const code = 'ABCDEFGHJKMN';
    for (const [text, acceptsBackupCode] of [
      [code, false],
      ['123456', true],
      [code, true],
    ] as const) {
      attempts.refusals = [{ reason: 'exhausted' }];
      await prove(text, { acceptsBackupCode }).catch(() => {});
    }
    const lookups = attempts.requests.map(({ backupLookups }) => backupLookups.length);
    expect(lookups).toEqual([0, 0, 1]);
  });

  it('judges a backup code by its hash', async () => {
    const [stored] = await backupCodes.seal('s1', ['ABCDEFGHJKMN']);
    const backupCode = { lookup: stored?.lookup ?? '', hash: stored?.hash ?? '' };
    attempts.spends = [spentAttempt({ backupCode }), spentAttempt({ backupCode })];
    attempts.settles = [true];
    await prove('abcd-efgh-jkmn');
    expect(attempts.settlements[0]?.proven).toEqual({
      by: 'backup_code',
      lookup: backupCode.lookup,
    });
    await expect(prove('ABCDEFGHJKMM')).rejects.toMatchObject({ code: 'invalid_code' });
  });

  it('takes a backup code in the place of a proof of another shape', async () => {
    class Pin {
      pin = '';
    }
    const handlers = [{ ...HANDLER, proofSchema: Pin }];
    const [stored] = await backupCodes.seal('s1', ['ABCDEFGHJKMN']);
    attempts.spends = [spentAttempt({ backupCode: stored ?? null })];
    attempts.settles = [true];
    await expect(prove('ABCDEFGHJKMN', { handlers })).resolves.toBeUndefined();
  });

  it('makes no further change when the proof lost its race', async () => {
    attempts.spends = [spentAttempt()];
    const changes: string[] = [];
    const request = requestOf('open sesame');
    const proof = ceremony.prove(request, async () => ({
      change: async () => {
        changes.push('changed');
        return [];
      },
    }));
    await expect(proof).rejects.toMatchObject({ code: 'invalid_token' });
    expect(changes).toEqual([]);
  });

  it('records the locks that a failure sets', async () => {
    attempts.spends = [spentAttempt({ locksMethod: true, locksAccount: true })];
    await expect(prove('wrong')).rejects.toMatchObject({ extras: { attemptsLeft: 4 } });
    expect(events.events.map(({ type }) => type)).toEqual([
      'second_factor_failed',
      'method_locked',
      'account_locked',
    ]);
  });
});
