import { NoTransactions } from '../../../../test/support/scripted-ceremony.js';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { addSeconds } from '../../contract/clock.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { type MfaEvent } from '../ports/events.js';
import { EventRecorder } from '../events/event-recorder.js';
import { EventSubscribers } from '../events/event-subscribers.js';
import { type OutboxWorker } from '../events/outbox-worker.js';
import { type RowUpdate } from '../ports/host-rows.js';
import { type HostPorts } from '../ports/host-ports.js';
import { SessionCloser, type SessionKey } from '../ports/ports.js';
import {
  type PayingSession,
  type SessionAttempt,
  SessionAttempts,
  SessionAttemptStore,
} from './session-attempts.js';
import { type EventStore } from '../ports/event-store.js';
import { UnjudgedAttempts } from './unjudged-attempts.js';
import { WrongProofs } from './wrong-proofs.js';

const NOW = new FakeClock().now();
const subject = {
  id: 'u1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const GUESS = { subject, sessionId: 's1', factor: 'x', client: { ip: null, userAgent: null } };
const END: RowUpdate = { table: 'sessions', key: { id: 's1' }, set: { ended_at: NOW } };

class ScriptedStore extends SessionAttemptStore {
  readonly givenBack: SessionAttempt[] = [];
  constructor(
    private readonly locksSession: boolean | null,
    private readonly until: Date | null = null,
    private readonly locksAllSessions = false,
  ) {
    super();
  }

  async spend(session: PayingSession): Promise<SessionAttempt | null> {
    const { locksSession, locksAllSessions } = this;
    const lockEnds = { session: null, allSessions: null };
    return locksSession === null ? null : { session, locksSession, locksAllSessions, lockEnds };
  }

  async lockedUntil(): Promise<Date | null> {
    return this.until;
  }

  async giveBack(attempt: SessionAttempt): Promise<void> {
    this.givenBack.push(attempt);
  }
}

class Closer extends SessionCloser {
  readonly asked: SessionKey[] = [];

  changesThatEnd(session: SessionKey): readonly RowUpdate[] {
    this.asked.push(session);
    return [END];
  }
}

/** What was written together. */
interface Written {
  readonly types: readonly string[];
  readonly rowUpdates: readonly RowUpdate[] | undefined;
}

function attemptsOn(counts: SessionAttemptStore, closer: SessionCloser | null) {
  const written: Written[] = [];
  const append = async (events: readonly MfaEvent[], options?: Partial<Written>) => {
    written.push({ types: events.map(({ type }) => type), rowUpdates: options?.rowUpdates });
    return events;
  };
  // The store is asked for no more than this here, the host for the closer alone. Nobody listens, so
  // the worker is asked for nothing.
  const store = { append } as EventStore;
  const events = new EventRecorder(store, new EventSubscribers(), {} as OutboxWorker);
  const host = { sessionCloser: closer } as HostPorts;
  const options = resolveMfaOptions({ secretKeys: [{ id: 'k', key: Buffer.alloc(32, 7) }] });
  const wrongProofs = new WrongProofs(host, new NoTransactions(), events);
  const attempts = new SessionAttempts(
    counts,
    wrongProofs,
    new UnjudgedAttempts(),
    options,
    new FakeClock(),
  );
  return { attempts, wrongProofs, written };
}

describe('SessionAttempts', () => {
  it.each(['*', ''])('counts nothing on %p, which is no session', async (sessionId) => {
    const { attempts } = attemptsOn(new ScriptedStore(true), null);
    const guess = attempts.judge({ ...GUESS, sessionId }, async () => true);
    await expect(guess).rejects.toThrow(`No session may have the id "${sessionId}"`);
  });

  it('gives a right guess back', async () => {
    const store = new ScriptedStore(true);
    const { attempts, written } = attemptsOn(store, null);
    expect(await attempts.judge(GUESS, async () => true)).toBe(true);
    const session = { subjectId: 'u1', sessionId: 's1', factor: 'x' };
    expect(store.givenBack).toMatchObject([
      { session, locksSession: true, locksAllSessions: false },
    ]);
    expect(written).toEqual([]);
  });

  it('gives back what could not be judged', async () => {
    const store = new ScriptedStore(false);
    const { attempts } = attemptsOn(store, null);
    const judged = attempts.judge(GUESS, () => Promise.reject(new Error('full')));
    await expect(judged).rejects.toThrow('full');
    expect(store.givenBack).toHaveLength(1);
  });

  it('records a wrong guess, and gives it not back', async () => {
    const store = new ScriptedStore(false);
    const { attempts, written } = attemptsOn(store, new Closer());
    expect(await attempts.judge(GUESS, async () => false)).toBe(false);
    expect(store.givenBack).toEqual([]);
    expect(written).toEqual([{ types: ['second_factor_failed'] }]);
  });

  it.each([
    ['it', new ScriptedStore(true)],
    ['all sessions', new ScriptedStore(false, null, true)],
  ])('ends the session with the wrong guess that is too many of %s', async (_, store) => {
    const closer = new Closer();
    const { attempts, written } = attemptsOn(store, closer);
    await attempts.judge(GUESS, async () => false);
    const types = ['second_factor_failed', 'session_locked'];
    expect(written).toEqual([{ types, rowUpdates: [END] }]);
    expect(closer.asked).toEqual([{ subjectId: 'u1', sessionId: 's1' }]);
  });

  it.each<[string, string | null, SessionCloser | null]>([
    ['keeps none', null, new Closer()],
    ['ends none', 's1', null],
  ])('locks the session where the host %s', async (_, sessionId, closer) => {
    const { attempts, written } = attemptsOn(new ScriptedStore(true), closer);
    await attempts.judge({ ...GUESS, sessionId }, async () => false);
    expect(written).toEqual([{ types: expect.anything(), rowUpdates: [] }]);
  });

  it.each([
    [addSeconds(NOW, 90), 90],
    [null, 1],
  ])('judges nothing while it is locked until %s', async (until, retryAfterSeconds) => {
    const { attempts } = attemptsOn(new ScriptedStore(null, until), null);
    const judged: string[] = [];
    const guess = attempts.judge(GUESS, async () => judged.push('judged') > 0);
    const extras = { retryAfterSeconds };
    await expect(guess).rejects.toMatchObject({ code: 'session_locked', extras });
    expect(judged).toEqual([]);
  });
});

it('ends nothing for an event that names no session', async () => {
  const { wrongProofs, written } = attemptsOn(new ScriptedStore(true), new Closer());
  const { subject: guesser, factor, client } = GUESS;
  const detail = { purpose: 'manage' as const };
  await wrongProofs.record(
    { subject: guesser, factor, client, at: NOW, detail },
    { session: true },
  );
  expect(written).toEqual([{ types: expect.anything(), rowUpdates: [] }]);
});
