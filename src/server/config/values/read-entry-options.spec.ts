import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { asWhole, optionsSchema, readEntryOptions } from './read-entry-options.js';

const PERIOD = 'an integer number and not less than 15';

const network = optionsSchema({ cidr: z.string('a CIDR block such as 10.0.0.0/8') });

const schemaOfAll = optionsSchema({
  password: z
    .string('a text of at least 12 characters')
    .min(12, 'a text of at least 12 characters'),
  digits: z.literal([6, 8], 'one of the following values: 6, 8').exactOptional(),
  period: z.int(PERIOD).min(15, PERIOD).exactOptional(),
  names: asWhole(z.array(z.string()), 'each value to be a string').exactOptional(),
  networks: z
    .array(network, 'a list, each member of it a mapping')
    .min(1, 'at least one network')
    .exactOptional(),
});

const NO_OPTIONS = optionsSchema({});

const password = 'correct horse battery';
const entryOf = (options: Record<string, unknown>) => ({
  type: 'home',
  id: 'home',
  options,
  path: 'AUTH_CONFIG: providers[1]',
});

function linesOf(
  options: Record<string, unknown>,
  schema: z.ZodObject = schemaOfAll,
  references = new Map<string, string>(),
) {
  try {
    readEntryOptions(schema, { ...entryOf(options), references });
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('readEntryOptions', () => {
  it('gives what the schema reads, at every depth', () => {
    const given = { password, names: ['a'], networks: [{ cidr: '::/0' }] };
    expect(readEntryOptions(schemaOfAll, entryOf(given))).toEqual(given);
    expect(readEntryOptions(schemaOfAll, entryOf({ password }))).toEqual({ password });
  });

  it('takes nothing for a schema without options', () => {
    expect(linesOf({}, NO_OPTIONS)).toEqual([]);
    expect(linesOf({ pasword: password }, NO_OPTIONS)).toEqual([
      'AUTH_CONFIG: providers[1].pasword is not an option of "home", which here takes no options: correct the name or remove it.',
    ]);
  });

  it.each([
    [{}, ' is missing: expected a text of at least 12 characters.', 'password'],
    [{ password, digits: 7 }, ': expected one of the following values: 6, 8, got 7.', 'digits'],
    [{ password, digits: '6' }, ': expected one of the following values: 6, 8, got "6".', 'digits'],
    [
      { password, period: 1.5 },
      ': expected an integer number and not less than 15, got 1.5.',
      'period',
    ],
    [{ password, period: [30] }, expect.stringContaining(', got a list.'), 'period'],
    [{ password, period: {} }, expect.stringContaining(', got a mapping.'), 'period'],
    [{ password, names: ['a', 1] }, ': expected each value to be a string, got a list.', 'names'],
    [{ password, networks: [] }, ': expected at least one network, got an empty list.', 'networks'],
    [{ password, networks: 5 }, expect.stringContaining('a mapping'), 'networks'],
    [
      { password, networks: [{ cidr: '::/0' }, { cidr: 5 }] },
      ': expected a CIDR block such as 10.0.0.0/8, got 5.',
      'networks[1].cidr',
    ],
    [
      { password, networks: [{ cidr: '::/0', user: 'ada' }] },
      ' is not an option of "home", which here takes cidr: correct the name or remove it.',
      'networks[0].user',
    ],
    [
      { password, networks: [[{ cidr: '::/0' }]] },
      ': expected a mapping, got a list.',
      'networks[0]',
    ],
    [
      { password, networks: [{ cidr: '::/0' }, []] },
      ': expected a mapping, got a list.',
      'networks[1]',
    ],
    ...['hasOwnProperty', 'toString', 'valueOf'].flatMap(
      (name): [Record<string, unknown>, string, string][] => [
        [
          { password, [name]: 1 },
          ' is not an option of "home", which here takes password, digits, period, names, networks: correct the name or remove it.',
          name,
        ],
        [
          { password, networks: [{ cidr: '::/0', [name]: 1 }] },
          ' is not an option of "home", which here takes cidr: correct the name or remove it.',
          `networks[0].${name}`,
        ],
      ],
    ),
    [{ password, digits: () => 7 }, expect.stringContaining(', got another value.'), 'digits'],
    [{ password, digits: 7n }, expect.stringContaining(', got another value.'), 'digits'],
    [
      { password, issuer: 'x' },
      ' is not an option of "home", which here takes password, digits, period, names, networks: correct the name or remove it.',
      'issuer',
    ],
  ])('refuses %p', (options, text: string, path) => {
    const [line = '', ...others] = linesOf(options);
    const start = `AUTH_CONFIG: providers[1].${path}`;
    expect(others).toEqual([]);
    expect(line.slice(0, start.length)).toBe(start);
    expect(line.slice(start.length)).toEqual(text);
  });

  it('says every error, and shows no secret and no endless text', () => {
    const lines = linesOf({ password: 'hunter2', digits: 'x'.repeat(1000), pasword: 'hunter3' });
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toMatch(/hunter/);
    expect(lines.join().length).toBeLessThan(600);
  });
});

it('shows of a value from the environment the variable alone', () => {
  const references = new Map([
    ['AUTH_CONFIG: providers[1].digits', 'DIGITS'],
    ['AUTH_CONFIG: providers[1].networks[0].cidr', 'CIDR'],
  ]);
  const options = { password, digits: 'hunter2', networks: [{ cidr: 5 }] };
  expect(linesOf(options, schemaOfAll, references)).toEqual([
    'AUTH_CONFIG: providers[1].digits: expected one of the following values: 6, 8, got the value of ${DIGITS}.',
    'AUTH_CONFIG: providers[1].networks[0].cidr: expected a CIDR block such as 10.0.0.0/8, got the value of ${CIDR}.',
  ]);
});
