import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventSubscribers } from '../../src/mfa/core/events/event-subscribers.js';
import { type MfaEvent, type MfaEventType } from '../../src/mfa/core/ports/events.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { OutboxStore } from '../../src/mfa/core/events/outbox.js';
import { OutboxWorker } from '../../src/mfa/core/events/outbox-worker.js';
import { MfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { AuditTrail } from '../../src/mfa/persistence/audit/audit-trail.js';
import { KeepingConsumer } from '../support/keeping-consumer.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';
import { plansOf } from '../support/plans.js';

const LEASE_SECONDS = 60;

describe('the outbox', () => {
  let mfa: MfaHarness;
  let ada: Subject;
  const consumer = new KeepingConsumer('locks', ['method_locked', 'account_locked']);
  beforeAll(async () => {
    mfa = await startMfa({ consumers: [consumer] });
  });
  afterAll(() => mfa.stop());
  beforeEach(async () => {
    consumer.before = async () => {};
    consumer.taken.length = 0;
    await mfa.parts.dataSource.query('DELETE FROM mfa_outbox');
    ada = mfa.parts.subjects.add('ada');
  });

  const eventOf = (subject: Subject, type: MfaEventType): MfaEvent => ({
    type,
    subject,
    factor: 'app',
    target: 'what it was about',
    sessionId: 'in this session',
    at: mfa.parts.clock.now(),
    client: CLIENT,
  });
  const record = (subject: Subject, ...types: MfaEventType[]) =>
    mfa.parts.get(AuditTrail).record(types.map((type) => eventOf(subject, type)));
  const work = () => mfa.parts.get(OutboxWorker).runOnce();
  const waiting = () => mfa.count('mfa_outbox');
  const advance = (seconds: number) => mfa.parts.clock.advance({ seconds });
  const fail = () => Promise.reject(new Error('It is down.'));

  /** What another server on the same database has: a worker and a consumer of its own. */
  function anotherServer(): { worker: OutboxWorker; consumer: KeepingConsumer } {
    const subscribers = new EventSubscribers();
    const own = new KeepingConsumer('locks');
    subscribers.bind(null, [own]);
    const { get, clock } = mfa.parts;
    return {
      worker: new OutboxWorker(subscribers, get(OutboxStore), get(MfaOptions), clock),
      consumer: own,
    };
  }

  /** As a server does that then dies. */
  function claim() {
    const now = mfa.parts.clock.now();
    const leaseEndsAt = new Date(now.getTime() + LEASE_SECONDS * 1000);
    const latestDueAt = new Date(now.getTime() + 3_600_000);
    const claimed = { consumer: 'locks', maxDeliveries: 20, now, leaseEndsAt, latestDueAt };
    return mfa.parts.get(OutboxStore).claim(claimed);
  }

  it('delivers what is wanted, as it was when it happened', async () => {
    await record(ada, 'code_sent', 'method_locked');
    const at = mfa.parts.clock.now();
    advance(1);
    mfa.parts.subjects.add('ada', { addresses: { email: 'new@example.org' } });
    expect(await work()).toBe(1);
    const { id, displayName, addresses } = ada;
    expect(consumer.taken).toMatchObject([
      {
        event: {
          type: 'method_locked',
          factor: 'app',
          target: 'what it was about',
          sessionId: 'in this session',
          at,
          client: CLIENT,
          subject: { id, displayName, addresses },
        },
      },
    ]);
    const [row] = await mfa.parts.dataSource.query<{ id: string; seq: string; hash: Buffer }[]>(
      `SELECT id, seq, hash FROM mfa_events WHERE user_id = 'ada' AND type = 'method_locked'
       ORDER BY seq DESC LIMIT 1`,
    );
    expect(consumer.taken[0]?.event).toMatchObject({
      id: row?.id,
      seq: Number(row?.seq),
      hash: row?.hash,
    });
    expect(await waiting()).toBe(0);
  });

  it('keeps no address in clear', async () => {
    await record(ada, 'method_locked');
    const [row] = await mfa.parts.dataSource.query(
      'SELECT o::text AS shown, payload FROM mfa_outbox o',
    );
    expect(`${row.shown}${row.payload.toString('latin1')}`).not.toMatch(/example\.org|192\.0\.2/);
  });

  it('keeps nothing of a change that was rolled back', async () => {
    const written = mfa.parts.dataSource.transaction(async (manager) => {
      await mfa.parts.get(AuditTrail).record([eventOf(ada, 'method_locked')], manager);
      await fail();
    });
    await expect(written).rejects.toThrow('It is down.');
    expect(await waiting()).toBe(0);
  });

  it('delivers the events of one subject in their order, many at once', async () => {
    for (let i = 0; i < 15; i++) await record(ada, 'method_locked', 'account_locked');
    expect(await work()).toBe(30);
    const seqs = consumer.taken.map(({ event }) => event.seq);
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
  });

  it('tries again later what was not taken, under the same id', async () => {
    const ids: string[] = [];
    consumer.before = async ({ id }) => {
      ids.push(id);
      if (ids.length < 3) await fail();
    };
    await record(ada, 'method_locked');
    await work();
    advance(4);
    expect(await work()).toBe(0);
    advance(1);
    expect(await work()).toBe(1);
    advance(9);
    expect(await work()).toBe(0);
    advance(1);
    expect(await work()).toBe(1);
    expect(consumer.taken).toHaveLength(1);
    expect(new Set(ids).size).toBe(1);
    expect(await waiting()).toBe(0);
  });

  it('keeps the row of what it gave up, and tries it no more', async () => {
    const complaint = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    consumer.before = fail;
    await record(ada, 'method_locked');
    advance(3 * 86_400);
    await work();
    expect(complaint).toHaveBeenCalledTimes(1);
    complaint.mockRestore();
    expect(await mfa.count('mfa_outbox', 'failed_at IS NOT NULL')).toBe(1);
    consumer.before = async () => {};
    advance(30 * 86_400);
    expect(await work()).toBe(0);
  });

  it('delivers what comes after a row that nobody can read', async () => {
    await record(ada, 'method_locked', 'account_locked');
    await mfa.parts.dataSource.query(
      `UPDATE mfa_outbox SET payload = '\\x00' WHERE event_seq = (SELECT min(event_seq) FROM mfa_outbox)`,
    );
    await work();
    expect(consumer.taken.map(({ event }) => event.type)).toEqual(['account_locked']);
    expect(await waiting()).toBe(1);
    advance(5);
    expect(await work()).toBe(1);
  });

  it('delivers what a server that died had claimed, when its lease has ended', async () => {
    await record(ada, 'method_locked');
    const [lost] = await claim();
    advance(LEASE_SECONDS - 1);
    expect(await work()).toBe(0);
    advance(1);
    expect(await work()).toBe(1);
    expect(consumer.taken).toMatchObject([{ id: lost?.id }]);
  });

  it('does not believe a server whose lease has ended that a delivery has failed', async () => {
    await record(ada, 'method_locked');
    const [late] = await claim();
    advance(LEASE_SECONDS);
    await claim();
    const store = mfa.parts.get(OutboxStore);
    if (late === undefined) throw new Error('Nothing was claimed.');
    await store.retryAt(late, mfa.parts.clock.now());
    await store.giveUp(late, mfa.parts.clock.now());
    expect(await work()).toBe(0);
    advance(LEASE_SECONDS);
    expect(await work()).toBe(1);
  });

  it('is worked on by the server that starts next', async () => {
    consumer.before = fail;
    await record(ada, 'method_locked');
    await work();
    advance(5);
    const next = anotherServer();
    expect(await next.worker.runOnce()).toBe(1);
    expect(next.consumer.taken).toMatchObject([{ event: { type: 'method_locked' } }]);
  });

  it('is shared by two servers at once: each delivery is made once', async () => {
    for (let i = 0; i < 60; i++) {
      await record(mfa.parts.subjects.add(`u${i}`), 'method_locked', 'account_locked');
    }
    const other = anotherServer();
    // Neither goes on before both have something: the first one had everything otherwise.
    const begun = new Set<KeepingConsumer>();
    let goOn = () => {};
    const both = new Promise<void>((resolve) => (goOn = resolve));
    for (const one of [consumer, other.consumer]) {
      one.before = () => {
        if (begun.add(one).size === 2) goOn();
        return both;
      };
    }
    const counts = await Promise.all([work(), other.worker.runOnce()]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(120);
    if (mfa.parts.isConcurrent) expect(Math.min(...counts)).toBeGreaterThan(0);
    const ids = [...consumer.taken, ...other.consumer.taken].map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([120, 120]);
    expect(await waiting()).toBe(0);
  });

  it('does not wait for a row that another server is at', async () => {
    if (!mfa.parts.isConcurrent) return;
    await record(ada, 'method_locked', 'account_locked');
    await mfa.parts.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT 1 FROM mfa_outbox ORDER BY event_seq LIMIT 1 FOR UPDATE`);
      expect(await work()).toBe(1);
    });
    expect(await work()).toBe(1);
  });

  it('finds what is due by its indexes', async () => {
    const [plan = ''] = await plansOf(mfa.parts.dataSource, claim);
    expect(plan).toContain('Index Scan using mfa_outbox_due_idx');
    expect(plan).toContain('Index Scan using mfa_outbox_untried_idx');
  });

  it('has subjects take turns, whoever has many that wait', async () => {
    for (let i = 0; i < 30; i++) await record(ada, 'method_locked', 'account_locked');
    advance(1);
    const eve = mfa.parts.subjects.add('eve');
    await record(eve, 'method_locked', 'account_locked');
    const claimed = await claim();
    expect(claimed).toHaveLength(20);
    expect(claimed.filter(({ subjectId }) => subjectId === eve.id)).toHaveLength(2);
    expect(claimed.map(({ subjectId }) => subjectId)).toContain(ada.id);
  });

  it('does not have what was never tried wait behind all that is tried again', async () => {
    const many = Array.from({ length: 15 }, (_, n) => mfa.parts.subjects.add(`many${n}`));
    for (const subject of many) for (let i = 0; i < 40; i++) await record(subject, 'method_locked');
    await mfa.parts.dataSource.query('UPDATE mfa_outbox SET attempts = 1');
    advance(1);
    await record(ada, 'method_locked');
    const claimed = await claim();
    expect(claimed.map(({ subjectId }) => subjectId)).toContain(ada.id);
    expect(claimed).toHaveLength(20);
  });
});
