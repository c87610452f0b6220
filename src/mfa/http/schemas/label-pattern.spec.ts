import 'reflect-metadata';
import { AuthenticatorLabel } from '../../core/ports/authenticator-label.js';
import { readFields } from '../../contract/read-fields.js';
import { jsonSchemaOf } from './json-schema.js';

const { properties } = jsonSchemaOf(AuthenticatorLabel) as {
  properties: { label: { pattern: string } };
};
const { pattern } = properties.label;

/** Readers of JSON Schema may match with the flag or without it. */
const fits = (label: string) =>
  [new RegExp(pattern), new RegExp(pattern, 'u')].map((p) => p.test(label));

const isTaken = (label: string) => {
  try {
    readFields(AuthenticatorLabel, { label });
    return true;
  } catch {
    return false;
  }
};

describe('the pattern of a label', () => {
  it.each(['Phone', '👩‍💻', 'می\u200Cخواهم', '🏴\u{E0067}\u{E0062}\u{E007F}', "Zoë's 2nd"])(
    'fits %j, with the flag `u` and without',
    (label) => {
      expect([...fits(label), isTaken(label)]).toEqual([true, true, true]);
    },
  );

  it.each([
    'a\0',
    'a\u007Fb',
    'a\u202Eb',
    'a\u2066b',
    'a\u200Bb',
    'a\u2028b',
    'a\u00ADb',
    '\uE000',
  ])('refuses %j, as the field itself does', (label) => {
    expect([...fits(label), isTaken(label)]).toEqual([false, false, false]);
  });

  it('refuses nothing that the field takes', () => {
    const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    const isRefused = (unit: string) => !new RegExp(pattern, 'u').test(`a${unit}b`);
    const wrong = units.filter(isRefused).filter((unit) => isTaken(`a${unit}b`));
    expect(wrong).toEqual([]);
  });
});
