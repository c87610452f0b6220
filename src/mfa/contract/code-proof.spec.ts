import 'reflect-metadata';
import { CodeProof } from './code-proof.js';
import { MAX_CODE_LENGTH } from './normalize-text.js';
import { readFields } from './read-fields.js';

function errorsOf(body: unknown): unknown {
  try {
    return readFields(CodeProof, body);
  } catch (error) {
    return error;
  }
}

describe('CodeProof', () => {
  it.each([
    ['123456', '123456'],
    ['123 456', '123 456'],
    [123456, '123456'],
    ['1'.repeat(MAX_CODE_LENGTH), '1'.repeat(MAX_CODE_LENGTH)],
  ])('takes %j', (code, text) => {
    expect(readFields(CodeProof, { code })).toEqual({ code: text });
  });

  it.each([
    ['no code', {}, 'This field is required.'],
    ['an empty text', { code: '' }, 'This field may not be blank.'],
    ['true', { code: true }, 'Not a valid string.'],
    ['an array', { code: ['123456'] }, 'Not a valid string.'],
    [
      'a text that is too long',
      { code: '1'.repeat(MAX_CODE_LENGTH + 1) },
      'Ensure this field has no more than 64 characters.',
    ],
  ])('refuses %s', (_, body, text) => {
    expect(errorsOf(body)).toMatchObject({
      code: 'validation_failed',
      extras: { errors: { code: [text] } },
    });
  });
});
