import {
  ANY_TEXT,
  BOOLEAN,
  DATE,
  listOf,
  nullable,
  objectOf,
  optional,
  refuseMisfit,
  TEXT,
  type ValueCheck,
  valuesOf,
  WHOLE_NUMBER,
} from './given-value.js';

const refusalOf = (value: unknown, check: ValueCheck) => {
  try {
    refuseMisfit('Port.ask', value, check);
    return null;
  } catch (error) {
    return String(error);
  }
};
const told = (text: string) => `Error: Port.ask must give ${text}.`;

describe('refuseMisfit', () => {
  it.each<[ValueCheck, unknown]>([
    [TEXT, 'a'],
    [ANY_TEXT, ''],
    [BOOLEAN, false],
    [DATE, new Date(0)],
    [WHOLE_NUMBER, -1],
    [nullable(TEXT), null],
    [nullable(TEXT), 'a'],
    [optional(TEXT), undefined],
    [optional(TEXT), 'a'],
    [listOf(TEXT), []],
    [listOf(TEXT), ['a', 'b']],
    [objectOf({ id: TEXT }), { id: 'a', more: 1 }],
    [valuesOf(BOOLEAN), { a: true, b: false }],
  ])('lets pass what fits: %#', (check, value) => {
    expect(refusalOf(value, check)).toBeNull();
  });

  it.each<[ValueCheck, unknown, string]>([
    [TEXT, '', 'a text that is not empty, and gave an empty text'],
    [TEXT, 7, 'a text that is not empty, and gave a number'],
    [ANY_TEXT, undefined, 'a text, and gave nothing'],
    [BOOLEAN, 'secret', 'true or false, and gave a text'],
    [BOOLEAN, Promise.resolve(true), 'true or false, and gave a Promise that nobody has awaited'],
    [WHOLE_NUMBER, 1.5, 'a whole number, and gave a number'],
    [WHOLE_NUMBER, 1n, 'a whole number, and gave a bigint'],
    [nullable(TEXT), true, 'a text that is not empty, or null, and gave true'],
    [optional(TEXT), null, 'a text that is not empty, or nothing at all, and gave null'],
    [listOf(TEXT), { length: 1 }, 'an array, and gave an object'],
    [listOf(TEXT), ['a', []], '"[1]" as a text that is not empty, and gave an array'],
    [objectOf({ id: TEXT, name: TEXT }), true, 'an object with id, name, and gave true'],
    [objectOf({ id: TEXT }), null, 'an object with id, and gave null'],
    [
      objectOf({ id: TEXT }),
      Promise.resolve({ id: 'a' }),
      'an object with id, and gave a Promise that nobody has awaited',
    ],
    [valuesOf(TEXT), [], 'an object, and gave an array'],
    [valuesOf(TEXT), { a: new Date(0) }, '"a" as a text that is not empty, and gave a Date'],
    [
      optional(objectOf({ rows: listOf(nullable(objectOf({ table: TEXT }))) })),
      { rows: [null, { table: 3 }] },
      '"rows[1].table" as a text that is not empty, and gave a number',
    ],
  ])('names what does not: %#', (check, value, text) => {
    expect(refusalOf(value, check)).toBe(told(text));
  });

  it.each([
    ['2026-01-01T00:00:00Z', 'a text'],
    [1_767_225_600, 'a number'],
    [new Date('none'), 'a Date that is none'],
    [undefined, 'nothing'],
  ])('takes %p for no time', (value, found) => {
    const wanted = 'a Date (tokens carry a text or a number: make a Date of it)';
    expect(refusalOf({ at: value }, objectOf({ at: DATE }))).toBe(
      told(`"at" as ${wanted}, and gave ${found}`),
    );
  });

  it('says nothing of the value itself', () => {
    expect(refusalOf({ secret: 'hunter2' }, objectOf({ secret: DATE }))).not.toContain('hunter2');
  });
});
