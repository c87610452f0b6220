import { jest } from '@jest/globals';
import { KeyRing } from '../../src/mfa/core/keys/key-ring.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { KeyUsage } from '../../src/mfa/persistence/sealing/key-usage.js';
import { MfaRetention } from '../../src/mfa/persistence/retention/mfa-retention.js';
import { PayloadCipher, sealingKeyIdOf } from '../../src/mfa/persistence/sealing/payload-cipher.js';
import {
  Reencryption,
  type ReencryptionProgress,
} from '../../src/mfa/persistence/sealing/reencryption.js';
import { Statements } from '../../src/mfa/persistence/database/statements.js';
import { type MfaHarness, startMfa } from '../support/mfa-harness.js';

const OLD = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW = { id: 'new', key: Buffer.alloc(32, 2) };

let mfa: MfaHarness;
beforeEach(async () => {
  mfa = await startMfa({ secretKeys: [OLD] });
});
afterEach(() => mfa.stop());

const ring = () => mfa.parts.get(KeyRing);
const run = (report: (progress: ReencryptionProgress) => void = () => {}) =>
  mfa.parts.get(Reencryption).run(report);
const needs = () => mfa.parts.get(KeyUsage).count();
const query = <T>(sql: string, values: unknown[] = []) =>
  mfa.parts.dataSource.query<T[]>(sql, values);

async function keyOf({ id }: Subject): Promise<string | undefined> {
  const rows = await query<{ state: Buffer }>('SELECT state FROM mfa_methods WHERE user_id = $1', [
    id,
  ]);
  return rows[0] && sealingKeyIdOf(rows[0].state);
}

/** Many people with a method each, made without their ceremonies. */
async function addMany(count: number): Promise<void> {
  const cipher = mfa.parts.get(PayloadCipher);
  const rows = Array.from({ length: count }, (_, index) => {
    const id = `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
    const subjectId = `many${index % 7}`;
    const owner = { use: 'state', subjectId, rowId: id, purpose: 'method' } as const;
    return { id, subjectId, handler: `h${index}`, state: cipher.seal([], owner) };
  });
  await query(
    `INSERT INTO mfa_methods (id, user_id, handler, state, state_version, created_at)
     SELECT id, user_id, handler, state, 1, now()
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) AS t(id, user_id, handler, state)`,
    [
      rows.map(({ id }) => id),
      rows.map(({ subjectId }) => subjectId),
      rows.map(({ handler }) => handler),
      rows.map(({ state }) => state),
    ],
  );
}

describe('re-encryption', () => {
  it('seals with the first key, so that the old one can go, and can be run again', async () => {
    const subject = mfa.parts.subjects.add('keeper');
    await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', null);
    const pending = await mfa.begin(subject);
    ring().replace([NEW, OLD]);
    const reports: number[] = [];
    const done = await run(({ seen }) => reports.push(seen));
    // Two methods, an open login, and the three changes that led there.
    expect(done).toEqual({ seen: 6, total: 6, reencrypted: 6, left: 0 });
    expect(reports).toEqual([2, 3, 6]);
    expect((await needs()).filter(({ keyId }) => keyId === 'old')).toEqual([
      { keyId: 'old', use: 'backup-lookup', rows: 5 },
    ]);
    await expect(run()).resolves.toMatchObject({ seen: 6, reencrypted: 0 });
    const code = mfa.mailed(subject);
    await expect(mfa.verify(pending, code)).resolves.toHaveProperty('access');
    ring().replace([NEW]);
    mfa.parts.clock.advance({ seconds: 31 });
    await expect(mfa.begin(subject)).resolves.toMatchObject({ method: 'email' });
    expect(await mfa.parts.methods.list(mfa.actor(subject))).toHaveLength(2);
  });

  it('takes a page of rows at a time', async () => {
    await addMany(1001);
    ring().replace([NEW, OLD]);
    const reports: number[] = [];
    const done = await run(({ reencrypted }) => reports.push(reencrypted));
    expect(done).toEqual({ seen: 1001, total: 1001, reencrypted: 1001, left: 0 });
    expect(reports).toEqual([500, 1000, 1001]);
    expect(await needs()).toEqual([{ keyId: 'new', use: 'state', rows: 1001 }]);
  });

  it('goes on where it was stopped', async () => {
    await addMany(1001);
    ring().replace([NEW, OLD]);
    const stopped = run(({ seen }) => {
      if (seen === 500) throw new Error('stopped');
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(await needs()).toEqual([
      { keyId: 'new', use: 'state', rows: 500 },
      { keyId: 'old', use: 'state', rows: 501 },
    ]);
    await expect(run()).resolves.toEqual({ seen: 1001, total: 1001, reencrypted: 501, left: 0 });
  });

  it('holds up nobody who signs in meanwhile, and undoes nothing of it', async () => {
    if (!mfa.parts.isConcurrent) return;
    await addMany(2000);
    const people = Array.from({ length: 10 }, (_, index) => mfa.parts.subjects.add(`p${index}`));
    const secrets: string[] = [];
    for (const person of people) secrets.push((await mfa.enrolApp(person)).secret);
    ring().replace([NEW, OLD]);
    const signIns = people.map((person, index) =>
      mfa.signIn(person, mfa.totp(secrets[index] ?? '')),
    );
    await Promise.all([run(), ...signIns]);
    await expect(run()).resolves.toMatchObject({ left: 0 });
    ring().replace([NEW]);
    for (const [index, person] of people.entries()) {
      const again = mfa.signIn(person, mfa.totp(secrets[index] ?? ''));
      await expect(again).rejects.toMatchObject({ code: 'invalid_code' });
    }
    mfa.nextStep();
    for (const [index, person] of people.entries()) {
      const next = mfa.signIn(person, mfa.totp(secrets[index] ?? ''));
      await expect(next).resolves.toHaveProperty('access');
    }
  });

  it('stops at a row whose key is gone, and says which key', async () => {
    await mfa.enrolApp(mfa.parts.subjects.add('lost'));
    ring().replace([NEW]);
    await expect(run()).rejects.toThrow('The key "old"');
  });

  it('leaves a row to whoever is changing it, and waits for nobody', async () => {
    if (!mfa.parts.isConcurrent) return;
    const [busy, idle] = [mfa.parts.subjects.add('busy'), mfa.parts.subjects.add('idle')];
    for (const subject of [busy, idle]) await mfa.enrolApp(subject);
    await query('DELETE FROM mfa_changes');
    ring().replace([NEW, OLD]);
    await mfa.parts.dataSource.transaction(async (other) => {
      await other.query(`SELECT 1 FROM mfa_methods WHERE user_id = 'busy' FOR UPDATE`);
      await expect(run()).resolves.toMatchObject({ reencrypted: 1, left: 1 });
    });
    expect([await keyOf(busy), await keyOf(idle)]).toEqual(['old', 'new']);
    await expect(run()).resolves.toMatchObject({ reencrypted: 1, left: 0 });
    expect(await keyOf(busy)).toBe('new');
  });

  it('does not undo what changed between its reading and its writing', async () => {
    const subject = mfa.parts.subjects.add('quick');
    await mfa.enrolApp(subject);
    await query('DELETE FROM mfa_changes');
    ring().replace([NEW, OLD]);
    const statements = mfa.parts.get(Statements);
    const changed = statements.changed.bind(statements);
    jest.spyOn(statements, 'changed').mockImplementationOnce(async (statement) => {
      await query('UPDATE mfa_methods SET state = $1', [Buffer.from('theirs')]);
      return changed(statement);
    });
    await expect(run()).resolves.toMatchObject({ reencrypted: 0, left: 1 });
    const [row] = await query<{ state: Buffer }>('SELECT state FROM mfa_methods');
    expect(row?.state.toString()).toBe('theirs');
  });
});

describe('the keys in use', () => {
  it('are counted by what needs them, without what nobody can use any more', async () => {
    const subject = mfa.parts.subjects.add('counted');
    const { backupCodes } = await mfa.enrolApp(subject);
    await mfa.enrolEmail(subject);
    await mfa.parts.methods.makePrimary(mfa.actor(subject), 'email', null);
    await mfa.signIn(subject, backupCodes[0] ?? '');
    mfa.parts.clock.advance({ seconds: 31 });
    await mfa.begin(subject);
    ring().replace([NEW, OLD]);
    mfa.parts.clock.advance({ seconds: 31 });
    await mfa.begin(subject);
    expect(await needs()).toEqual([
      { keyId: 'old', use: 'state', rows: 2 },
      { keyId: 'new', use: 'challenge', rows: 1 },
      { keyId: 'old', use: 'challenge', rows: 1 },
      { keyId: 'old', use: 'change', rows: 3 },
      { keyId: 'old', use: 'backup-lookup', rows: 4 },
    ]);
    mfa.parts.clock.advance({ seconds: 901 });
    expect((await needs()).filter(({ use }) => use === 'challenge')).toEqual([]);
  });

  it('are needed for backup codes that the undoing of a change would bring back', async () => {
    const subject = mfa.parts.subjects.add('undoing');
    const { secret, backupCodes } = await mfa.enrolApp(subject);
    await mfa.signIn(subject, backupCodes[0] ?? '');
    mfa.nextStep();
    ring().replace([NEW, OLD]);
    await run();
    const proof = { code: mfa.totp(secret) };
    const made = await mfa.parts.backupCodes.regenerate(mfa.actor(subject), proof);
    expect((await needs()).filter(({ use }) => use.endsWith('lookup'))).toEqual([
      { keyId: 'new', use: 'backup-lookup', rows: made.length },
      { keyId: 'old', use: 'change-lookup', rows: 4 },
    ]);
    mfa.parts.clock.advance({ seconds: 7 * 86_400 });
    await mfa.parts.get(MfaRetention).run({ now: mfa.parts.clock.now(), maxRows: 100 });
    expect((await needs()).map(({ keyId }) => keyId)).not.toContain('old');
  });
});
