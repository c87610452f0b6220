import { type Principal } from '../access/actor.js';
import { type SessionProof } from './assurance.js';
import { type Subject } from '../../contract/handler.js';
import { given, HostPorts } from './host-ports.js';
import { type IssuedTokens } from './issued-tokens.js';
import { type MfaPassed } from './mfa-passed.js';
import {
  type PasswordProof,
  type SessionCloser,
  type SessionDirectory,
  type SubjectDirectory,
  type TokenIssuer,
} from './ports.js';

const NOON = new Date('2026-01-01T12:00:00.000Z');

const PROOF: SessionProof = {
  amr: ['otp'],
  methodId: 'm1',
  authenticatorId: null,
  backupCodesId: null,
  activation: 3,
  at: NOON,
  isOfFirstFactor: false,
};

const SUBJECT: Subject = {
  id: 'u1',
  displayName: '',
  addresses: { email: 'a@example.org', phone: '+15550100' },
  unconfirmedAddresses: ['email'],
  isEnabled: false,
  credentialsVersion: '',
  firstFactorAddresses: ['a@example.org'],
};

const PRINCIPAL: Principal = {
  subjectId: 'u1',
  sessionId: 's1',
  authenticatedAt: NOON,
  amr: ['pwd'],
  proofs: [PROOF],
};

const ROW = {
  schema: 'app',
  table: 'sessions',
  values: { a: 'x', b: 1, c: true, d: NOON, e: ['x'], f: null },
};

const ISSUED: IssuedTokens = {
  body: { access: 'x' },
  cookies: [{ name: 'session', value: '', maxAgeSeconds: 0, secure: false, sameSite: 'strict' }],
  headers: { 'X-Shard': '' },
  rows: [ROW],
  rowUpdates: [{ table: 'users', key: { id: 1 }, set: { seen: NOON }, isRequired: true }],
  sessionId: 's1',
};

const SUBJECT_ROW = {
  table: 'users',
  idColumn: 'id',
  credentialsVersion: 'version::text',
  columns: { name: 'name' },
};

/** A host whose ports all give one value, whatever their types say. */
function hostThatGives(value: unknown): HostPorts {
  const port = {
    row: { ...SUBJECT_ROW, subjectOf: () => value },
    find: async () => value,
    issue: async () => value,
    verify: async () => value,
    changesThatEnd: () => value,
  };
  return new HostPorts(port as unknown as SubjectDirectory, port as unknown as TokenIssuer, {
    passwords: port as unknown as PasswordProof,
    sessions: port as unknown as SessionDirectory,
    sessionCloser: port as unknown as SessionCloser,
  });
}

// Ports that give one value ask for nothing.
const PASSED = {} as MfaPassed;
const CLIENT = { ip: null, userAgent: null };
const SESSION = { subjectId: 'u1', sessionId: 's1' };

const ASK: Readonly<Record<string, (host: HostPorts) => unknown>> = {
  'SubjectDirectory.find': ({ subjects }) => subjects.find('u1'),
  'SubjectDirectory.row.subjectOf': ({ subjects }) => subjects.row?.subjectOf({}),
  'TokenIssuer.issue': ({ tokens }) => tokens.issue(PASSED),
  'PasswordProof.verify': ({ passwords }) => passwords?.verify(SUBJECT, 'x', CLIENT),
  'SessionDirectory.find': ({ sessions }) => sessions?.find(SESSION),
  'SessionCloser.changesThatEnd': async ({ sessionCloser }) =>
    sessionCloser?.changesThatEnd(SESSION, NOON),
};

describe('HostPorts', () => {
  it.each<[string, unknown]>([
    ['SubjectDirectory.find', SUBJECT],
    ['SubjectDirectory.find', { ...SUBJECT, addresses: {} }],
    ['SubjectDirectory.find', null],
    ['SubjectDirectory.row.subjectOf', SUBJECT],
    ['TokenIssuer.issue', ISSUED],
    ['TokenIssuer.issue', { body: {}, rows: [] }],
    ['PasswordProof.verify', false],
    ['SessionDirectory.find', { proofs: [PROOF] }],
    ['SessionDirectory.find', { proofs: [], version: '1' }],
    ['SessionDirectory.find', null],
    ['SessionCloser.changesThatEnd', ISSUED.rowUpdates],
  ])('takes of %s what it must give: %#', async (port, value) => {
    expect(await ASK[port]?.(hostThatGives(value))).toBe(value);
  });

  it.each<[string, unknown, string]>([
    ['SubjectDirectory.find', undefined, 'an object with id'],
    ['SubjectDirectory.find', { ...SUBJECT, id: 7 }, '"id" as a text'],
    ['SubjectDirectory.find', { ...SUBJECT, isEnabled: 'false' }, '"isEnabled" as true or false'],
    ['SubjectDirectory.find', { ...SUBJECT, isEnabled: undefined }, 'and gave nothing'],
    ['SubjectDirectory.find', { ...SUBJECT, credentialsVersion: NOON }, 'and gave a Date'],
    ['SubjectDirectory.find', { ...SUBJECT, addresses: { email: null } }, '"addresses.email" as'],
    ['SubjectDirectory.find', { ...SUBJECT, unconfirmedAddresses: ['fax'] }, 'email or phone'],
    ['SubjectDirectory.row.subjectOf', null, 'an object with id'],
    [
      'SubjectDirectory.row.subjectOf',
      { ...SUBJECT, isEnabled: 1 },
      '"isEnabled" as true or false',
    ],
    ['TokenIssuer.issue', 'eyJ', 'an object with body'],
    ['TokenIssuer.issue', { ...ISSUED, body: 'eyJ' }, '"body" as'],
    ['TokenIssuer.issue', { ...ISSUED, rows: ROW }, '"rows" as an array'],
    ['TokenIssuer.issue', { ...ISSUED, rows: [{ ...ROW, table: '' }] }, '"rows[0].table" as'],
    ['TokenIssuer.issue', { ...ISSUED, rows: [{ ...ROW, values: [] }] }, '"rows[0].values" as'],
    ['TokenIssuer.issue', { ...ISSUED, sessionId: 7 }, '"sessionId" as'],
    ['TokenIssuer.issue', { ...ISSUED, cookies: [{ name: 'a', value: 1 }] }, '"cookies[0].value"'],
    [
      'TokenIssuer.issue',
      { ...ISSUED, cookies: [{ name: 'a', value: '', sameSite: 'Lax' }] },
      '"cookies[0].sameSite" as strict, lax or none',
    ],
    ['TokenIssuer.issue', { ...ISSUED, headers: { 'X-Shard': 1 } }, '"headers.X-Shard" as a text'],
    ['PasswordProof.verify', SUBJECT, 'true or false, and gave an object'],
    ['PasswordProof.verify', undefined, 'true or false, and gave nothing'],
    ['SessionDirectory.find', { proofs: [{ ...PROOF, at: '2026' }] }, '"proofs[0].at" as a Date'],
    ['SessionDirectory.find', { proofs: [{ ...PROOF, activation: 1.5 }] }, 'a whole number'],
    ['SessionDirectory.find', { proofs: [], version: 1 }, '"version" as a text'],
    ['SessionDirectory.find', true, 'an object with proofs, version, or null, and gave true'],
    ['SessionCloser.changesThatEnd', Promise.resolve([]), 'a Promise that nobody has awaited'],
    [
      'SessionCloser.changesThatEnd',
      [{ table: 'sessions', key: {}, set: { ended: true } }],
      '"[0].key" as at least one column',
    ],
  ])('names the port %s and what it must give: %#', async (port, value, text) => {
    const asked = async () => ASK[port]?.(hostThatGives(value));
    await expect(asked()).rejects.toThrow(`${port} must give`);
    await expect(asked()).rejects.toThrow(text);
  });

  it.each([undefined, Number.NaN, new Date('none'), [1], {}, 1n])(
    'takes %p for no value of a column',
    async (value) => {
      const issued = { ...ISSUED, rows: [{ ...ROW, values: { id: value } }] };
      await expect(hostThatGives(issued).tokens.issue(PASSED)).rejects.toThrow(
        '"rows[0].values.id" as a text, a number, true or false, a Date, an array of texts, or null',
      );
    },
  );

  it.each<[object, string]>([
    [{ ...SUBJECT_ROW, table: '' }, '"table" as a text that is not empty'],
    [{ ...SUBJECT_ROW, columns: { name: null } }, '"columns.name" as a text'],
    [SUBJECT_ROW, '"subjectOf" as a function, and gave nothing'],
  ])('refuses at start a row of subjects that no statement can read: %#', (row, text) => {
    const port = { row } as SubjectDirectory & TokenIssuer;
    expect(() => new HostPorts(port, port)).toThrow(`SubjectDirectory.row must give ${text}`);
  });

  it('leaves a port absent that the host has not bound', () => {
    const port = {} as SubjectDirectory & TokenIssuer;
    const absent = { passwords: null, sessions: null, sessionCloser: null };
    expect(new HostPorts(port, port)).toMatchObject(absent);
  });
});

describe('given', () => {
  it.each([
    '2026-01-01T12:00:00.000Z',
    1_767_268_800,
    1_767_268_800_000,
    new Date('none'),
    undefined,
  ])('takes no principal whose authenticatedAt is %p', (authenticatedAt) => {
    const principal = { ...PRINCIPAL, authenticatedAt };
    expect(() => given<unknown>('AccessTokenReader.authenticate', principal)).toThrow(
      'AccessTokenReader.authenticate must give "authenticatedAt" as a Date (tokens carry a text or a number: make a Date of it), or null, and gave',
    );
  });

  it.each<[unknown, string]>([
    [true, 'an object with subjectId, sessionId, authenticatedAt, amr, proofs, and gave true'],
    [undefined, 'and gave nothing'],
    [{ ...PRINCIPAL, subjectId: 7 }, '"subjectId" as a text that is not empty, and gave a number'],
    [{ ...PRINCIPAL, sessionId: undefined }, '"sessionId" as a text, or null, and gave nothing'],
    [{ ...PRINCIPAL, amr: 'pwd' }, '"amr" as an array, and gave a text'],
    [{ ...PRINCIPAL, proofs: null }, '"proofs" as an array, or nothing at all, and gave null'],
  ])('names what is wrong with a principal: %#', (principal, text) => {
    expect(() => given('AccessTokenReader.authenticate', principal)).toThrow(text);
  });

  it('takes a principal with and without what is optional', () => {
    const plain = { subjectId: 'u1', sessionId: null, authenticatedAt: null, amr: [] };
    for (const principal of [PRINCIPAL, plain]) {
      expect(given('AccessTokenReader.authenticate', principal)).toBe(principal);
    }
  });

  it.each<[object, string]>([
    [{ subject: { ...SUBJECT, displayName: null }, amr: ['pwd'] }, '"subject.displayName" as'],
    [{ subject: SUBJECT, amr: ['pwd'], supportsMfa: 'no' }, '"supportsMfa" as true or false'],
    [{ subject: SUBJECT }, '"amr" as an array'],
  ])('holds the first factor to its type as well: %#', (first, text) => {
    expect(() => given('The caller of LoginService.begin', first)).toThrow(text);
  });
});
