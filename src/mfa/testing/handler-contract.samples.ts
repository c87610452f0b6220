/** Method references of the IANA registry [RFC 8176 §2]. */
export const REGISTERED_AMR: readonly string[] = [
  ...['face', 'fpt', 'geo', 'hwk', 'iris', 'kba', 'mca', 'mfa', 'otp', 'pin', 'pop', 'pwd'],
  ...['rba', 'retina', 'sc', 'sms', 'swk', 'tel', 'user', 'vbm', 'wia'],
];

/** Values that are no state of any handler. */
export const JUNK_STATES: readonly unknown[] = [
  ...[null, undefined, true, 1, NaN, '', 'state', [], [[]], {}, { unknown: 1 }],
];

/** Texts that people and attackers type for a code. None is a right proof of any handler. */
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

/** Method references of typed proofs, which others can guess [RFC 8176 §2]. */
export const TYPED_AMR: ReadonlySet<string> = new Set(['kba', 'otp', 'pin', 'pwd']);
