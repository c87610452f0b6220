/** Method references of the IANA registry [RFC 8176 §2]. */
export const REGISTERED_AMR: readonly string[] = [
  ...['face', 'fpt', 'geo', 'hwk', 'iris', 'kba', 'mca', 'mfa', 'otp', 'pin', 'pop', 'pwd'],
  ...['rba', 'retina', 'sc', 'sms', 'swk', 'tel', 'user', 'vbm', 'wia'],
];

/** What is not the state of any handler. */
export const JUNK_STATES: readonly unknown[] = [
  ...[null, undefined, true, 1, NaN, '', 'state', [], [[]], {}, { unknown: 1 }],
];

/** What people and attackers put where a code is asked for; no handler's right proof. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u200b\ufeff',
  '\u0000',
  '-',
  'abc',
  '12345',
  '1234567890123',
  '1e5',
  '-12345',
  '0x1234',
  '12 34 5',
  '１２３４５',
  '١٢٣٤٥٦',
  '१२३४५६',
  '\ud835\udfce',
  '\ud800',
  '\udc00\ud800',
  '1\u0301\u03012345',
  '🔑🔑🔑🔑🔑🔑',
  '\u202e654321\u202c7',
  '\ufdfa'.repeat(64),
  '9'.repeat(64),
  '9'.repeat(100_000),
  '__proto__',
  "' OR 1=1 --",
];

/** Those of what a person types, so that others can try [RFC 8176 §2]. */
export const TYPED_AMR: ReadonlySet<string> = new Set(['kba', 'otp', 'pin', 'pwd']);
