import { parseYaml, UnreadableYaml } from './parse-yaml.js';

function errorOf(text: string): UnreadableYaml {
  try {
    parseYaml(text);
  } catch (error) {
    if (error instanceof UnreadableYaml) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('parseYaml', () => {
  it('reads maps, lists and scalars, in order', () => {
    const text = '# sign-in\nb: [1, 0x10, 1.5, true, ~]\na:\n  - "x"\n  - {c: yes}\n';
    const value = parseYaml(text);
    expect(value).toEqual({ b: [1, 16, 1.5, true, null], a: ['x', { c: 'yes' }] });
    expect(JSON.stringify(value)).toMatch(/^\{"b"/);
    expect(parseYaml('')).toBeNull();
  });

  it.each([
    ['a: 1\nb: 2\na: 3', 'line 3, column 1', 'Map keys must be unique'],
    ['a:\n  b: 1\n  b: 2', 'line 3, column 3', 'Map keys must be unique'],
    ['a: 1\n\tb: 2', 'line 2, column 1', 'Tabs are not allowed as indentation'],
    ['a: "x', 'line 1, column 6', 'Missing closing "quote'],
    ['a: !foo x', 'line 1, column 4', 'Tags are not taken, remove it'],
    ['a: !!binary aGk=', 'line 1, column 13', 'Tags are not taken, remove it'],
    ['a: &x [1]\nb: *x', 'line 2, column 4', 'Aliases are not taken, write the value out'],
    ['a: *x', 'line 1, column 4', 'Aliases are not taken, write the value out'],
    ['a: 1\n---\nb: 2', 'line 2, column 1', 'One document only is taken'],
    ['%FOO\n---\na: 1', 'line 1, column 1', 'Directives are not taken, remove it'],
    ['%YAML 9.9\n---\na: 1', 'line 1, column 7', 'Directives are not taken, remove it'],
    ['a: "\\qx"', 'line 1, column 5', 'Invalid escape sequence'],
  ])('refuses %j', (text, place, message) => {
    const error = errorOf(text);
    expect(error.place).toContain(place);
    expect(error.message).toContain(message);
  });

  it('refuses what is nested without end', () => {
    expect(errorOf('['.repeat(30_000)).message).toBe('Nested too deeply');
  });

  it.each([
    '{password: hunter2}}hunter2',
    '%hunter2\n---\na: 1',
    '%YAML hunter2\n---\na: 1',
    'a: !<hunter2> x',
    'a: !hunter2! x',
    'a: !hunter2 [x]',
    'a: "\\xhunter2"',
    'a: 1\n---\nhunter2',
  ])('does not repeat what stands there: %j', (text) => {
    expect(errorOf(text).message).not.toContain('hunter2'.slice(0, 2));
  });
});
