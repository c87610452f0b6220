import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsDefined,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { MfaError } from './errors.js';
import { AcceptNumberAsText } from './text-fields.js';
import { NoFields, readFields } from './read-fields.js';

class Code {
  @AcceptNumberAsText()
  @IsString()
  @IsNotEmpty()
  @MaxLength(8)
  readonly code!: string;
}

class Labelled extends Code {
  @IsOptional()
  @IsString()
  @MaxLength(8)
  readonly label?: string;
}

class Inner {
  @IsString()
  readonly id!: string;
}

class Outer {
  @IsDefined()
  @ValidateNested()
  @Type(() => Inner)
  readonly inner!: Inner;
}

class Choice {
  @IsIn(['a', 'b'], { message: 'Choose a or b.' })
  readonly choice!: string;
}

class Anything {
  @Allow()
  readonly anything: unknown;
}

class Trimmed {
  @Transform(({ value }: { value: string }) => value.trim())
  @IsString()
  readonly text!: string;
}

class Texts {
  @IsArray()
  @IsString({ each: true })
  readonly texts!: string[];
}

function errorsOf(schema: new () => object, raw: unknown): unknown {
  try {
    readFields(schema, raw);
  } catch (error) {
    if (error instanceof MfaError && error.code === 'validation_failed') return error.extras.errors;
    throw error;
  }
  return null;
}

const nest = (levels: number): unknown =>
  JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

describe('readFields', () => {
  it('returns an instance of the class', () => {
    const fields = readFields(Labelled, { code: '123456', label: 'phone' });

    expect(fields).toBeInstanceOf(Labelled);
    expect({ ...fields }).toEqual({ code: '123456', label: 'phone' });
  });

  it('reads an optional field that is left out', () => {
    expect(readFields(Labelled, { code: '123456' }).label).toBeUndefined();
  });

  it('reads a number as text where the field says so', () => {
    expect(readFields(Code, { code: 123456 }).code).toBe('123456');
  });

  it('reads what a form parser makes: an object without a prototype', () => {
    const body: unknown = Object.assign(Object.create(null), { code: '123456' });

    expect(readFields(Code, body).code).toBe('123456');
  });

  it.each([
    ['a missing field', {}, 'This field is required.'],
    ['an absent body', undefined, 'This field is required.'],
    ['null', { code: null }, 'This field may not be null.'],
    ['an empty text', { code: '' }, 'This field may not be blank.'],
    ['a boolean', { code: true }, 'Not a valid string.'],
    ['an array', { code: ['123456'] }, 'Not a valid string.'],
    ['an object', { code: {} }, 'Not a valid string.'],
    [
      'a huge text',
      { code: '1'.repeat(1_000_000) },
      'code must be shorter than or equal to 8 characters',
    ],
  ])('refuses %s', (_, raw, text) => {
    expect(errorsOf(Code, raw)).toEqual({ code: [text] });
  });

  it('refuses null for an optional field too', () => {
    expect(errorsOf(Labelled, { code: '1', label: null })).toEqual({
      label: ['This field may not be null.'],
    });
  });

  it("gives a constraint's own message", () => {
    expect(errorsOf(Choice, { choice: 'c' })).toEqual({ choice: ['Choose a or b.'] });
  });

  it.each([
    [[], 'list'],
    ['text', 'str'],
    [true, 'bool'],
    [1, 'int'],
    [1.5, 'float'],
  ])('refuses a body that is %j', (raw, name) => {
    const text = `Invalid data. Expected a dictionary, but got ${name}.`;
    expect(errorsOf(Code, raw)).toEqual({ non_field_errors: [text] });
  });

  it('refuses a body that is null', () => {
    expect(errorsOf(Code, null)).toEqual({ non_field_errors: ['No data provided'] });
  });

  it('names every field at fault, unknown ones too', () => {
    expect(errorsOf(Code, { is_active: true })).toEqual({
      code: ['This field is required.'],
      is_active: ['Unexpected field.'],
    });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'refuses a field called %s',
    (name) => {
      const errors = errorsOf(Code, JSON.parse(`{"code": "1", "${name}": {"code": "2"}}`));

      expect(Object.entries(errors ?? {})).toEqual([[name, ['Unexpected field.']]]);
      expect(Object.getPrototypeOf(errors)).toBe(Object.prototype);
    },
  );

  it.each(['__proto__', 'constructor', 'prototype'])('refuses %s within a field', (name) => {
    const raw: unknown = JSON.parse(`{"anything": [{"${name}": 1}]}`);

    expect(errorsOf(Anything, raw)).toEqual({ anything: ['Not a valid value.'] });
  });

  it('refuses a nest that would exhaust the stack', () => {
    expect(errorsOf(Anything, { anything: nest(5000) })).toEqual({
      anything: ['Not a valid value.'],
    });
    expect(errorsOf(Anything, { anything: nest(11) })).toBeNull();
  });

  it('answers a body of many unknown fields with few texts of short names', () => {
    const raw = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`${index}`.padEnd(1000, 'x'), 1]),
    );
    const names = Object.keys(errorsOf(Anything, { ...raw, anything: 1 }) ?? {});

    expect(names).toHaveLength(30);
    expect(names.every((name) => name.length === 64)).toBe(true);
  });

  it('names the fields of nested classes by their path', () => {
    expect(errorsOf(Outer, { inner: { other: 1 } })).toEqual({
      'inner.other': ['Unexpected field.'],
      'inner.id': ['This field is required.'],
    });
    expect(errorsOf(Outer, { inner: { id: null } })).toEqual({
      'inner.id': ['This field may not be null.'],
    });
    expect(errorsOf(Outer, {})).toEqual({ inner: ['This field is required.'] });
  });

  it('refuses other members than texts in an array of texts', () => {
    expect(errorsOf(Texts, { texts: ['a', 1] })).toEqual({ texts: ['Not a valid string.'] });
  });

  it('takes half of a character for no text, and a whole one for text', () => {
    const INVALID = ['Not a valid value.'];
    expect(errorsOf(Code, { code: '1\uD800' })).toEqual({ code: INVALID });
    expect(errorsOf(Anything, { anything: [{ a: '\uDC00' }] })).toEqual({ anything: INVALID });
    expect(errorsOf(Anything, { anything: { '\uD83D': 1 } })).toEqual({ anything: INVALID });
    expect(errorsOf(Anything, { anything: '\u{1F600}' })).toBeNull();
  });

  it("refuses what a class's own transformation cannot take", () => {
    expect(errorsOf(Trimmed, { text: 1 })).toEqual({ non_field_errors: ['Not a valid value.'] });
  });

  it('reads only an empty body by a class without fields', () => {
    expect(readFields(NoFields, {})).toBeInstanceOf(NoFields);
    expect(readFields(NoFields, undefined)).toBeInstanceOf(NoFields);
    expect(errorsOf(NoFields, { code: '1' })).toEqual({ code: ['Unexpected field.'] });
  });
});
