import fc from 'fast-check';
import { type Materials } from './route-bodies.js';

/** The body of a request, however wrong. */
export interface Payload {
  readonly contentType: string | null;
  readonly body: string | Uint8Array;
  readonly encoding?: string;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Every field that some route reads. */
const FIELDS = [
  'username',
  'email',
  'password',
  'provider',
  'ephemeral_token',
  'code',
  'new_method',
  'method',
  'primary_code',
  'refresh',
  'token',
];

/** Texts that have broken other programs. */
const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  '1\0',
  '\u200B\u200B',
  '\u202E123456',
  '\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16',
  '\u0661\u0662\u0663\u0664\u0665\u0666',
  '\u{1D7D8}\u{1D7D9}\u{1D7DA}\u{1D7DB}\u{1D7DC}\u{1D7DD}',
  '\uD800',
  'a\uDC00b',
  '\uFDFA'.repeat(20),
  '\u0301'.repeat(64),
  'i\u0307\u0130',
  '\r\nSet-Cookie: a=b',
  "' OR 1=1 --",
  '${jndi:ldap://x}',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '%00',
  '1e400',
  'x'.repeat(60_000),
  '\u{1F600}'.repeat(15_000),
  'eyJhbGciOiJub25lIn0.e30.',
  '..',
  'a.b.c',
];

const NASTY_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER,
  [],
  [[]],
  ['app'],
  {},
  { $ne: null },
  { toString: 'x', valueOf: 1 },
  { length: 6 },
  ...NASTY_TEXTS,
];

/** Bodies that are invalid as a whole, for any route. */
export const BROKEN_PAYLOADS: readonly (readonly [name: string, payload: Payload])[] = [
  ['nothing', json('')],
  ['a blank', json(' ')],
  ['a truncated object', json('{"method":"app"')],
  ['a truncated text', json('{"method":"ap')],
  ['two objects', json('{}{}')],
  ['a comment', json('{/* */}')],
  ['null', json('null')],
  ['a number', json('1')],
  ['a text', json('"method"')],
  ['an array', json('[]')],
  ['an array of objects', json('[{"method":"app"}]')],
  ['deep nesting', json(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)],
  ['__proto__', json('{"__proto__":{"method":"app"}}')],
  ['constructor.prototype', json('{"constructor":{"prototype":{"method":"app"}}}')],
  ['a field twice', json('{"method":"app","method":["email"]}')],
  ['ten thousand fields', json(JSON.stringify(Object.fromEntries(manyFields())))],
  ['a byte order mark', json('\uFEFF{"method":"app"}')],
  ['UTF-16', json(Buffer.from('{"method":"app"}', 'utf16le'))],
  ['invalid UTF-8', json(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d))],
  ['a charset that is none', { contentType: `${JSON_TYPE}; charset=klingon`, body: '{}' }],
  ['gzip that is none', { ...json('{"method":"app"}'), encoding: 'gzip' }],
  ['an encoding that is none', { ...json('{}'), encoding: 'klingon' }],
  ['a form', { contentType: FORM_TYPE, body: 'method=app&code=1' }],
  ['a form with brackets', { contentType: FORM_TYPE, body: 'method[]=app&code[a][b]=1' }],
  ['a form with __proto__', { contentType: FORM_TYPE, body: '__proto__[method]=app&__proto__=1' }],
  ['a form with bad escapes', { contentType: FORM_TYPE, body: 'method=%E0%A4%A&=%&&&code=%00' }],
  ['a form of two thousand fields', { contentType: FORM_TYPE, body: 'a=1&'.repeat(2_000) }],
  ['JSON as a form', { contentType: FORM_TYPE, body: '{"method":"app"}' }],
  ['plain text', { contentType: 'text/plain', body: '{"method":"app"}' }],
  ['XML', { contentType: 'application/xml', body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///">]>' }],
  ['multipart', { contentType: 'multipart/form-data; boundary=x', body: '--x\r\n\r\n--x--' }],
  ['a media type that is none', { contentType: 'json', body: '{}' }],
  ['an empty media type', { contentType: '', body: '{}' }],
  ['no media type', { contentType: null, body: Uint8Array.of(0x7b, 0x7d) }],
];

function json(body: string | Uint8Array): Payload {
  return { contentType: JSON_TYPE, body };
}

function manyFields(): [string, number][] {
  return Array.from({ length: 5_000 }, (_, i) => [`f${i}`, i]);
}

/** Bodies with one bad field, for each field and each nasty value. */
export function spoiltBodies(good: object): Payload[] {
  return Object.keys(good).flatMap((field) => [
    json(JSON.stringify({ ...good, [field]: undefined })),
    ...NASTY_VALUES.map((value) => json(JSON.stringify({ ...good, [field]: value }))),
  ]);
}

/** Arbitrary bodies, some with tokens and codes that are valid at the moment. */
export function anyPayload(live: () => Materials): fc.Arbitrary<Payload> {
  const hot = fc
    .constantFrom('login', 'code', 'access', 'refresh', 'backup')
    .map((kind) => hotValue(kind, live()));
  const text = fc.oneof(
    fc.constantFrom(...NASTY_TEXTS, 'app', 'email', 'local'),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    hot,
  );
  const value = fc.oneof(
    { weight: 5, arbitrary: text },
    fc.constantFrom(...NASTY_VALUES),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const name = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FIELDS) }, text);
  const object = fc.array(fc.tuple(name, value), { maxLength: 6 });
  return fc.oneof(
    { weight: 6, arbitrary: object.map((entries) => json(objectText(entries))) },
    { weight: 2, arbitrary: object.map(formOf) },
    fc.jsonValue().map((any) => json(JSON.stringify(any))),
    fc.tuple(object, fc.nat(60)).map(([entries, cut]) => json(objectText(entries).slice(0, cut))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => json(bytes)),
    fc.constantFrom(...BROKEN_PAYLOADS.map(([, payload]) => payload)),
  );
}

function hotValue(kind: string, { login, code, account, app }: Materials): string {
  const values = new Map([
    ['login', login],
    ['code', code],
    ['access', account.access],
    ['refresh', account.refresh],
  ]);
  return values.get(kind) ?? app.backupCodes[0] ?? '';
}

/** Serialised by hand, because an object would take `__proto__` as its prototype. */
function objectText(entries: readonly (readonly [string, unknown])[]): string {
  const members = entries.map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${members.join(',')}}`;
}

function formOf(entries: readonly (readonly [string, unknown])[]): Payload {
  const pairs = entries.map(([name, value]) => [name, textOf(value)] as [string, string]);
  return { contentType: FORM_TYPE, body: new URLSearchParams(pairs).toString() };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
