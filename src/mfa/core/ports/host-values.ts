import { isDate } from 'node:util/types';
import {
  ANY_TEXT,
  BOOLEAN,
  DATE,
  listOf,
  nullable,
  objectOf,
  optional,
  TEXT,
  valuesOf,
  valueThat,
  WHOLE_NUMBER,
} from '../../contract/given-value.js';

/*
 * The forms of the values that hosts return. The compiler does not check what a host reads from a row or a
 * token, and a value of another type may decide wrongly: "false" is truthy, and a time as text never ends.
 */

const SUBJECT = objectOf({
  id: TEXT,
  displayName: ANY_TEXT,
  addresses: objectOf({ email: optional(TEXT), phone: optional(TEXT) }),
  unconfirmedAddresses: optional(
    listOf(valueThat('email or phone', (kind) => kind === 'email' || kind === 'phone')),
  ),
  isEnabled: BOOLEAN,
  credentialsVersion: ANY_TEXT,
  firstFactorAddresses: optional(listOf(TEXT)),
});

const CREDENTIAL = {
  methodId: nullable(TEXT),
  authenticatorId: nullable(TEXT),
  backupCodesId: nullable(TEXT),
  activation: nullable(WHOLE_NUMBER),
  at: DATE,
};

const PROOF = objectOf({
  amr: listOf(TEXT),
  ...CREDENTIAL,
  isOfFirstFactor: optional(BOOLEAN),
  deviceProof: optional(objectOf(CREDENTIAL)),
});

const COLUMN = valueThat(
  'a text, a number, true or false, a Date, an array of texts, or null',
  (value) =>
    value === null ||
    ['string', 'boolean'].includes(typeof value) ||
    Number.isFinite(value) ||
    (isDate(value) && !Number.isNaN(value.getTime())) ||
    (Array.isArray(value) && value.every((element) => typeof element === 'string')),
);

/** Without a key, an update would change every row of the table. */
const COLUMNS = (value: unknown) => valuesOf(COLUMN)(value) ?? AT_LEAST_ONE(value);

const AT_LEAST_ONE = valueThat(
  'at least one column',
  // The check before has found an object.
  (value) => Object.keys(value as object).length > 0,
);

const ROW = objectOf({ schema: optional(TEXT), table: TEXT, values: COLUMNS });

const ROW_UPDATE = objectOf({
  schema: optional(TEXT),
  table: TEXT,
  key: COLUMNS,
  set: COLUMNS,
  isRequired: optional(BOOLEAN),
});

const DISPLACEMENT = objectOf({
  schema: optional(TEXT),
  function: TEXT,
  arguments: listOf(COLUMN),
  event: objectOf({}),
});

const COOKIE = objectOf({
  name: TEXT,
  value: ANY_TEXT,
  path: optional(TEXT),
  domain: optional(TEXT),
  maxAgeSeconds: optional(WHOLE_NUMBER),
  httpOnly: optional(BOOLEAN),
  secure: optional(BOOLEAN),
  sameSite: optional(
    valueThat('strict, lax or none', (value) => ['strict', 'lax', 'none'].includes(String(value))),
  ),
});

/** The forms by method of a port. */
export const HOST_VALUES = {
  'SubjectDirectory.find': nullable(SUBJECT),
  'SubjectDirectory.row': objectOf({
    schema: optional(TEXT),
    table: TEXT,
    idColumn: TEXT,
    credentialsVersion: TEXT,
    columns: valuesOf(TEXT),
    subjectOf: valueThat('a function', (value) => typeof value === 'function'),
  }),
  'SubjectDirectory.row.subjectOf': SUBJECT,
  'AccessTokenReader.authenticate': objectOf({
    subjectId: TEXT,
    sessionId: nullable(ANY_TEXT),
    authenticatedAt: nullable(DATE),
    amr: listOf(TEXT),
    proofs: optional(listOf(PROOF)),
  }),
  'SessionDirectory.find': nullable(objectOf({ proofs: listOf(PROOF), version: optional(TEXT) })),
  'TokenIssuer.issue': objectOf({
    body: objectOf({}),
    cookies: optional(listOf(COOKIE)),
    headers: optional(valuesOf(ANY_TEXT)),
    rows: listOf(ROW),
    rowUpdates: optional(listOf(ROW_UPDATE)),
    displacement: optional(DISPLACEMENT),
    sessionId: optional(nullable(ANY_TEXT)),
  }),
  'PasswordProof.verify': BOOLEAN,
  'SessionCloser.changesThatEnd': listOf(ROW_UPDATE),
  'EventConsumer.wants': BOOLEAN,
  'The caller of LoginService.begin': objectOf({
    subject: SUBJECT,
    amr: listOf(TEXT),
    provider: optional(TEXT),
    supportsMfa: optional(BOOLEAN),
    trustedDevice: optional(ANY_TEXT),
  }),
} as const;
