import { type Subject } from '../../src/mfa/contract/handler.js';
import { type SubjectRow } from '../../src/mfa/index.js';
import { logStatements, rowStatements } from '../support/statement-log.js';
import { CLIENT, FakeSubjects, type MfaHarness, startMfa } from '../support/mfa-harness.js';

/** Users in a table of the host, whose columns have names of ours. */
class StoredSubjects extends FakeSubjects {
  finds = 0;

  override readonly row: SubjectRow = {
    schema: 'host schema',
    table: 'host people',
    idColumn: 'user_id',
    credentialsVersion: 'version',
    columns: { c_id: 'user_id', factor: 'name', m_state: 'blocked_at IS NULL', version: 'version' },
    subjectOf: ({ c_id, factor, m_state, version }) => ({
      id: String(c_id),
      displayName: String(factor),
      addresses: {},
      // A text is not what the port promises: the library refuses it.
      isEnabled: (factor === 'odd' ? 'yes' : m_state) as boolean,
      credentialsVersion: String(version),
    }),
  };

  override find(subjectId: string): Promise<Subject | null> {
    this.finds += 1;
    return super.find(subjectId);
  }
}

describe('the subject of the second step of a login', () => {
  let mfa: MfaHarness;
  let subjects: StoredSubjects;
  let people = 0;

  beforeAll(async () => {
    subjects = new StoredSubjects();
    mfa = await startMfa({ subjects });
    await mfa.parts.dataSource.query('CREATE SCHEMA "host schema"');
    await mfa.parts.dataSource.query(
      `CREATE TABLE "host schema"."host people" (user_id text PRIMARY KEY, name text, version int, blocked_at timestamptz)`,
    );
  });
  afterAll(async () => {
    await mfa.parts.dataSource.query('DROP SCHEMA "host schema" CASCADE');
    await mfa.stop();
  });

  /** A person with an app, and an open login. */
  async function logIn(name = 'Ada') {
    const subject = subjects.add(`person ${(people += 1)}`);
    await mfa.parts.dataSource.query(
      `INSERT INTO "host schema"."host people" VALUES ($1, 'Ada', 1, NULL)`,
      [subject.id],
    );
    const { secret } = await mfa.enrolApp(subject);
    const pending = await mfa.begin(subject);
    await mfa.parts.dataSource.query(
      `UPDATE "host schema"."host people" SET name = $2 WHERE user_id = $1`,
      [subject.id, name],
    );
    subjects.finds = 0;
    return {
      subject,
      verify: (code = mfa.totp(secret)) => mfa.verify(pending, code),
      change: (assignment: string) =>
        mfa.parts.dataSource.query(
          `UPDATE "host schema"."host people" SET ${assignment} WHERE user_id = $1`,
          [subject.id],
        ),
    };
  }

  async function countsOf({ id }: Subject) {
    const [counts] = await mfa.parts.dataSource.query<object[]>(
      `SELECT a.failures AS account, m.failures AS method, c.attempts AS challenge
        FROM mfa_accounts a JOIN mfa_methods m USING (user_id)
        JOIN mfa_challenges c ON c.user_id = a.user_id AND c.purpose = 'login'
        WHERE a.user_id = $1`,
      [id],
    );
    return counts;
  }

  it('is read by the statement that spends the attempt', async () => {
    const { subject, verify } = await logIn();
    const statements = rowStatements(await logStatements(() => verify()));
    expect(statements).toHaveLength(2);
    expect(subjects.finds).toBe(0);
    const passed = mfa.parts.tokens.passed.at(-1);
    expect(passed).toMatchObject({
      subject: { id: subject.id, displayName: 'Ada' },
      client: CLIENT,
    });
  });

  it.each([
    ['was disabled', 'blocked_at = now()', 'invalid_token'],
    ['has another password', 'version = 2', 'invalid_token'],
    ['is not in the table', `user_id = 'nobody ' || user_id`, 'invalid_token'],
  ])('gets no tokens when the person %s', async (_, assignment, code) => {
    const { subject, verify, change } = await logIn();
    const issued = mfa.parts.tokens.passed.length;
    await change(assignment);
    subjects.add(subject.id, { credentialsVersion: '2' });
    await expect(verify()).rejects.toMatchObject({ code });
    await expect(verify('000000')).rejects.toMatchObject({ code });
    expect(mfa.parts.tokens.passed).toHaveLength(issued);
    expect(await countsOf(subject)).toEqual({ account: 0, method: 0, challenge: 0 });
  });

  it('gets the attempt back when the host makes no subject of the row', async () => {
    const { subject, verify } = await logIn('odd');
    await expect(verify()).rejects.toThrow(
      'SubjectDirectory.row.subjectOf must give "isEnabled" as true or false, and gave a text.',
    );
    expect(await countsOf(subject)).toEqual({ account: 0, method: 0, challenge: 0 });
  });

  it('spends attempts on wrong codes, and hears when none is left', async () => {
    const { verify } = await logIn();
    for (let left = 4; left >= 0; left--) {
      await expect(verify('000000')).rejects.toMatchObject({
        code: 'invalid_code',
        extras: { attemptsLeft: left },
      });
    }
    await expect(verify()).rejects.toMatchObject({ code: 'attempts_exhausted' });
  });
});
