import { CHAIN_START, eventChainHash } from '../../src/mfa/persistence/audit/event-chain-hash.js';
import { type AuditFault } from '../../src/mfa/persistence/audit/event-chain-walk.js';
import { AuditTrail } from '../../src/mfa/persistence/audit/audit-trail.js';
import { AuditVerification } from '../../src/mfa/persistence/audit/audit-verification.js';
import { MFA_EVENT_TYPES, type MfaEvent } from '../../src/mfa/core/ports/events.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { DocumentedCode } from '../support/documented-code.js';
import { tableBelow } from '../support/documents.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

let mfa: MfaHarness;
let ada: Subject;
let bob: Subject;
beforeEach(async () => {
  mfa = await startMfa();
  [ada, bob] = [mfa.parts.subjects.add('ada'), mfa.parts.subjects.add('bob')];
});
afterEach(() => mfa.stop());

const query = <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> =>
  mfa.parts.dataSource.query(sql, [...values]);

const eventOf = (subject: Subject, changes: Partial<MfaEvent> = {}): MfaEvent => ({
  type: 'login_succeeded',
  subject,
  factor: 'app',
  at: mfa.parts.clock.now(),
  client: CLIENT,
  ...changes,
});

/** So many events of each, a second apart, in the order in which people would act. */
async function record(count: number, ...subjects: readonly Subject[]): Promise<void> {
  for (let number = 0; number < count; number++) {
    mfa.parts.clock.advance({ seconds: 1 });
    await mfa.parts.get(AuditTrail).record(subjects.map((subject) => eventOf(subject)));
  }
}

async function faults(subjectId?: string): Promise<AuditFault[]> {
  const found: AuditFault[] = [];
  await mfa.parts.get(AuditVerification).run({
    ...(subjectId !== undefined && { subjectId }),
    onFault: (fault) => found.push(fault),
    onProgress: () => {},
  });
  return found;
}

interface StoredRow {
  readonly seq: string;
  readonly id: string;
  readonly hash: Buffer;
  readonly microseconds: string;
  readonly type: string;
  readonly factor: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
}

const rowsOf = ({ id }: Subject): Promise<StoredRow[]> =>
  query(
    `SELECT seq, id, hash, (extract(epoch FROM at) * 1000000)::bigint::text AS microseconds,
       type, factor, ip, user_agent
     FROM mfa_events WHERE user_id = $1 ORDER BY seq`,
    [id],
  );

/** The hash of a row that somebody writes who knows how the chain is made. */
function hashOf({ id: subjectId }: Subject, row: StoredRow, previous: Buffer): Buffer {
  const { microseconds: atMicroseconds, user_agent: userAgent } = row;
  return eventChainHash(previous, { ...row, subjectId, atMicroseconds, userAgent });
}

describe('the chain of a user', () => {
  it('is what anybody computes from the rows, whatever they hold', async () => {
    const at = new Date('1969-12-31T23:59:59.123Z');
    await mfa.parts
      .get(AuditTrail)
      .record([
        eventOf(ada),
        eventOf(ada, { at, factor: null, client: { ip: null, userAgent: null } }),
        eventOf(ada, { client: { ip: '', userAgent: '日本語 🔐 \u0301 "\\x00' } }),
        eventOf(ada, { at: new Date('2999-01-01T00:00:00.001Z') }),
      ]);
    const rows = await rowsOf(ada);
    let previous: Buffer = CHAIN_START;
    for (const [index, row] of rows.entries()) {
      expect(Number(row.seq)).toBe(index + 1);
      expect(row.hash).toEqual(hashOf(ada, row, previous));
      previous = row.hash;
    }
    expect(rows).toHaveLength(4);
    expect(await query('SELECT seq, hash FROM mfa_event_heads')).toEqual([
      { seq: '4', hash: previous },
    ]);
  });

  it('is made by the database, whoever inserts, and however they number', async () => {
    await record(2, ada);
    await query(
      `INSERT INTO mfa_events (user_id, seq, id, at, type, hash)
       VALUES ('ada', 77, gen_random_uuid(), now(), 'logged_out', 'forged')`,
    );
    expect((await rowsOf(ada)).map(({ seq }) => seq)).toEqual(['1', '2', '3']);
    expect(await faults()).toEqual([]);
  });

  it('tells absent from empty, and fields from each other', async () => {
    const [row] = await record(1, ada).then(() => rowsOf(ada));
    if (row === undefined) throw new Error('Nothing was recorded.');
    const variants = [
      row,
      { ...row, ip: null },
      { ...row, ip: '' },
      { ...row, factor: 'ap', ip: `p${row.ip}` },
      { ...row, ip: `${row.ip}i`, user_agent: row.user_agent?.slice(1) ?? null },
    ];
    const hashes = variants.map((variant) => hashOf(ada, variant, CHAIN_START).toString('hex'));
    expect(new Set(hashes).size).toBe(variants.length);
  });

  it('is never forked and has no gap, with 50 writers at once', async () => {
    if (!mfa.parts.isConcurrent) return;
    const writers = Array.from({ length: 50 }, (_, turn) =>
      mfa.parts
        .get(AuditTrail)
        .record(turn % 2 === 0 ? [eventOf(ada)] : [eventOf(bob), eventOf(ada)]),
    );
    await Promise.all(writers);
    const numbers = (await rowsOf(ada)).map(({ seq }) => Number(seq));
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(await rowsOf(bob)).toHaveLength(25);
    expect(await faults()).toEqual([]);
  });
});

describe('the document of the audit', () => {
  it('has every type of event, and no other', () => {
    const types = tableBelow('docs/audit.md', 'Events').map(([type = '']) => type);
    expect(types.sort()).toEqual(MFA_EVENT_TYPES.map((type) => `\`${type}\``).sort());
  });

  it('tells third parties how to compute the chain', async () => {
    await record(3, ada);
    const documented = new DocumentedCode();
    const { chainHash } = (await documented.import('audit-chain.ts')) as {
      readonly chainHash: typeof eventChainHash;
    };
    let previous: Buffer = CHAIN_START;
    for (const row of await rowsOf(ada)) {
      const { microseconds: atMicroseconds, user_agent: userAgent } = row;
      const told = chainHash(previous, { ...row, subjectId: 'ada', atMicroseconds, userAgent });
      expect(told).toEqual(row.hash);
      previous = row.hash;
    }
    documented.remove();
  });
});

describe('a verification', () => {
  it('finds nothing where nothing was touched, and counts as it goes', async () => {
    await query(
      `INSERT INTO mfa_events (user_id, id, at, type)
       SELECT 'user' || n % 3, gen_random_uuid(), now(), 'logged_out' FROM generate_series(1, 2001) AS n`,
    );
    const progress: [number, number, number][] = [];
    const done = await mfa.parts.get(AuditVerification).run({
      onFault: () => {},
      onProgress: ({ seen, total, broken }) => progress.push([seen, total, broken]),
    });
    expect(done).toEqual({ seen: 2001, total: 2001, broken: 0 });
    expect(progress).toEqual([
      [1000, 2001, 0],
      [2000, 2001, 0],
      [2001, 2001, 0],
    ]);
  });

  it.each([
    ['type', `'logged_out'`],
    ['factor', 'NULL'],
    ['ip', `'203.0.113.9'`],
    ['user_agent', `user_agent || ' '`],
    ['at', `at + interval '1 microsecond'`],
    ['id', 'gen_random_uuid()'],
    ['hash', `'\\x00'::bytea || hash`],
  ])('names the row whose %s was changed', async (column, value) => {
    await record(4, ada, bob);
    await query(`UPDATE mfa_events SET ${column} = ${value} WHERE user_id = 'ada' AND seq = 2`);
    const [, row] = await rowsOf(ada);
    expect(await faults()).toEqual([
      { subjectId: 'ada', seq: 2, eventId: row?.id, problem: 'event_altered' },
    ]);
  });

  it.each([
    ['the first', 1],
    ['one in the middle', 3],
    ['the last', 4],
  ])('names %s that was removed', async (_which, seq) => {
    await record(4, ada, bob);
    await query(`DELETE FROM mfa_events WHERE user_id = 'ada' AND seq = $1`, [seq]);
    expect(await faults()).toEqual([
      { subjectId: 'ada', seq, eventId: null, problem: 'event_missing' },
    ]);
  });

  it('names a user of whom no event is left', async () => {
    await record(2, ada, bob);
    await query(`DELETE FROM mfa_events WHERE user_id = 'bob'`);
    expect(await faults()).toEqual([
      { subjectId: 'bob', seq: 1, eventId: null, problem: 'event_missing' },
    ]);
    expect(await faults('ada')).toEqual([]);
    expect(await faults('bob')).toHaveLength(1);
  });

  it('names the first of two that were swapped', async () => {
    await record(4, ada);
    const swap = [
      `SET seq = 9 WHERE seq = 2`,
      `SET seq = 2 WHERE seq = 3`,
      `SET seq = 3 WHERE seq = 9`,
    ];
    for (const step of swap) await query(`UPDATE mfa_events ${step}`);
    const [, second] = await rowsOf(ada);
    expect(await faults()).toEqual([
      { subjectId: 'ada', seq: 2, eventId: second?.id, problem: 'event_altered' },
    ]);
  });

  it('names both users when a row is moved from one to the other', async () => {
    await record(2, ada);
    await record(1, bob);
    await query(`UPDATE mfa_events SET user_id = 'bob' WHERE user_id = 'ada' AND seq = 2`);
    const [, moved] = await rowsOf(bob);
    expect(await faults()).toEqual([
      { subjectId: 'ada', seq: 2, eventId: null, problem: 'event_missing' },
      { subjectId: 'bob', seq: 2, eventId: moved?.id, problem: 'event_altered' },
    ]);
  });
});

describe('a row that is put in past the trigger', () => {
  /** As somebody would who may do everything in the database. */
  async function insert(seq: number, previous: Buffer): Promise<string> {
    const [template] = await rowsOf(ada);
    if (template === undefined) throw new Error('There is no event yet.');
    const id = '00000000-0000-7000-8000-000000000001';
    const row = { ...template, seq: String(seq), id };
    await query('ALTER TABLE mfa_events DISABLE TRIGGER mfa_events_chain');
    await query(
      `INSERT INTO mfa_events SELECT user_id, $1, $2, at, type, factor, ip, user_agent, $3
       FROM mfa_events WHERE user_id = 'ada' AND seq = $4`,
      [seq, id, hashOf(ada, row, previous), template.seq],
    );
    await query('ALTER TABLE mfa_events ENABLE TRIGGER mfa_events_chain');
    return id;
  }

  it('is found at the end, where the end of the chain does not know it', async () => {
    await record(2, ada);
    const last = (await rowsOf(ada)).at(-1);
    const eventId = await insert(3, last?.hash ?? CHAIN_START);
    expect(await faults()).toEqual([{ subjectId: 'ada', seq: 3, eventId, problem: 'end_altered' }]);
  });

  it.each([0, -1])('is found before the start, as number %i', async (seq) => {
    await record(2, ada);
    const eventId = await insert(seq, CHAIN_START);
    expect(await faults()).toEqual([{ subjectId: 'ada', seq, eventId, problem: 'event_altered' }]);
  });

  it('is found between two others, behind which it does not fit', async () => {
    await record(3, ada);
    const [first] = await rowsOf(ada);
    for (const seq of [3, 2]) {
      await query('UPDATE mfa_events SET seq = $1 WHERE seq = $2', [seq + 1, seq]);
    }
    await insert(2, first?.hash ?? CHAIN_START);
    const [, , third] = await rowsOf(ada);
    expect(await faults()).toEqual([
      { subjectId: 'ada', seq: 3, eventId: third?.id, problem: 'event_altered' },
    ]);
  });
});

describe('the end of a chain', () => {
  it.each([
    [`SET hash = sha256('x')`, 2, 'end_altered'],
    ['SET seq = 1', 2, 'end_altered'],
    ['SET seq = 3', 3, 'event_missing'],
  ])('that was changed is named: %s', async (change, seq, problem) => {
    await record(2, ada, bob);
    await query(`UPDATE mfa_event_heads ${change} WHERE user_id = 'ada'`);
    expect(await faults()).toMatchObject([{ subjectId: 'ada', seq, problem }]);
  });

  it('that was removed is named', async () => {
    await record(2, ada, bob);
    await query(`DELETE FROM mfa_event_heads WHERE user_id = 'ada'`);
    expect(await faults()).toMatchObject([{ subjectId: 'ada', seq: 2, problem: 'end_altered' }]);
  });
});

describe('an event and what it tells of', () => {
  /** From now on nothing can be recorded. */
  const breakAudit = async () => {
    await query(
      `CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the audit is full'; END $$`,
    );
    await query(
      `CREATE TRIGGER refuse_event BEFORE INSERT ON mfa_events FOR EACH ROW EXECUTE FUNCTION refuse_event()`,
    );
  };
  /** An attempt that was spent stays so: what it was for has not happened. */
  const everything = async () => {
    const parts = [
      'SELECT id, handler, is_active, is_primary, state FROM mfa_methods ORDER BY id',
      'SELECT lookup, spent_at FROM mfa_backup_codes ORDER BY lookup',
      `SELECT id FROM mfa_challenges WHERE purpose <> 'manage' ORDER BY id`,
      'SELECT id FROM host_sessions ORDER BY id',
    ];
    return Promise.all(parts.map((part) => query(part)));
  };

  it.each<[what: string, act: (secret: string) => Promise<unknown>]>([
    ['a set-up', () => mfa.parts.enrolment.setUp(mfa.actor(ada), { handler: 'email', fields: {} })],
    ['a deletion', () => mfa.parts.removal.method(mfa.actor(ada), 'app', null)],
    ['a sign-in', async () => mfa.begin(ada)],
    [
      'a sign-in without a second factor',
      () => mfa.parts.login.begin({ subject: bob, amr: ['pwd'] }, CLIENT),
    ],
    [
      'new backup codes',
      (secret) => mfa.parts.backupCodes.regenerate(mfa.actor(ada), { code: mfa.totp(secret) }),
    ],
  ])(
    'are written together: without the one there is not the other, as in %s',
    async (_what, act) => {
      const { secret } = await mfa.enrolApp(ada);
      const before = await everything();
      await breakAudit();
      await expect(act(secret)).rejects.toThrow('the audit is full');
      expect(await everything()).toEqual(before);
    },
  );

  it('are written together in a transaction of the host', async () => {
    const change = (work: Promise<unknown>) =>
      mfa.parts.get(AuditTrail).change(async (manager) => {
        await manager.query(
          `INSERT INTO host_sessions VALUES (gen_random_uuid(), 'ada', '{}', now())`,
        );
        await work;
        return { result: undefined, events: [eventOf(ada, { type: 'password_changed' })] };
      });
    await expect(change(Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect([await mfa.count('host_sessions'), await mfa.eventTypes(ada)]).toEqual([0, []]);
    await change(Promise.resolve());
    expect([await mfa.count('host_sessions'), await mfa.eventTypes(ada)]).toEqual([
      1,
      ['password_changed'],
    ]);
    await breakAudit();
    await expect(change(Promise.resolve())).rejects.toThrow('the audit is full');
    expect(await mfa.count('host_sessions')).toBe(1);
    expect(mfa.parts.listener.events).toHaveLength(1);
  });
});
