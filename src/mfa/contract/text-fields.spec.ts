import 'reflect-metadata';
import { IsString } from 'class-validator';
import { readFields } from './read-fields.js';
import { Trimmed } from './text-fields.js';

class Form {
  @Trimmed()
  @IsString()
  readonly name!: string;
}

describe('Trimmed', () => {
  it.each(['nora', 'nora ', '\u00a0nora', '\tnora\r\n', '\ufeffnora\u3000'])('reads %j', (name) => {
    expect(readFields(Form, { name })).toEqual({ name: 'nora' });
  });

  it('leaves what is within a text, and what is none', () => {
    expect(readFields(Form, { name: 'a b' })).toEqual({ name: 'a b' });
    expect(() => readFields(Form, { name: 1 })).toThrow(
      expect.objectContaining({ extras: { errors: { name: ['Not a valid string.'] } } }),
    );
  });
});
