import 'reflect-metadata';
import { FIRST_FACTOR_TYPES } from './first-factor-types.js';

const NETWORK = { cidr: '192.168.0.0/24', users: ['alice'] };

function prepare(type: string, options: Record<string, unknown>) {
  return FIRST_FACTOR_TYPES[type]?.prepare({ type, id: type, options, path: 'providers[0]' });
}

describe('the options of first factors', () => {
  it.each<[type: string, options: Record<string, unknown>]>([
    ['local', {}],
    ['shared_password', { username: 'household', password: 'twelve chars' }],
    ['shared_password', { username: 'große.küche', password: '🔑'.repeat(12) }],
    ['trusted_networks', { networks: [NETWORK] }],
    ['trusted_networks', { networks: [{ ...NETWORK, cidr: ['10.0.0.0/8', '::1/128'] }] }],
  ])('of %s may be %j', (type, options) => {
    expect(() => prepare(type, options)).not.toThrow();
  });

  it.each<[type: string, options: Record<string, unknown>, line: string]>([
    ['local', { usernam: 'x' }, 'providers[0].usernam is not an option of "local"'],
    ['shared_password', { username: 'a' }, 'providers[0].password is missing: expected a text of'],
    [
      'shared_password',
      { username: 'a', password: 'eleven char' },
      'providers[0].password: expected a text of at least 12 characters, not all of them blank, got another value.',
    ],
    [
      'shared_password',
      { username: 'a', password: ' '.repeat(12) },
      'providers[0].password: expected',
    ],
    [
      'shared_password',
      { username: 'a', password: 123456789012 },
      'providers[0].password: expected a text of at least 12 characters, not all of them blank, got another value.',
    ],
    [
      'shared_password',
      { username: 'a b', password: 'twelve chars' },
      'providers[0].username: expected a user name of',
    ],
    [
      'trusted_networks',
      {},
      'providers[0].networks is missing: expected a list of at least one network',
    ],
    [
      'trusted_networks',
      { networks: [] },
      'providers[0].networks: expected a list of at least one network',
    ],
    ['trusted_networks', { networks: [7] }, 'providers[0].networks'],
    [
      'trusted_networks',
      { networks: [{ ...NETWORK, cidr: '0.0.0.0/0' }] },
      'providers[0].networks[0].cidr: expected a CIDR block such as 192.168.0.0/24',
    ],
    [
      'trusted_networks',
      { networks: [{ ...NETWORK, cidr: [] }] },
      'providers[0].networks[0].cidr: expected a CIDR block',
    ],
    [
      'trusted_networks',
      { networks: [{ ...NETWORK, users: [] }] },
      'providers[0].networks[0].users: expected a list of at least one user name',
    ],
    [
      'trusted_networks',
      { networks: [{ ...NETWORK, users: ['a', 'a'] }] },
      'providers[0].networks[0].users: expected a list of at least one user name',
    ],
    [
      'trusted_networks',
      { networks: [{ ...NETWORK, users: 'alice' }] },
      'providers[0].networks[0].users: expected a list of at least one user name',
    ],
    [
      'trusted_networks',
      { networks: [{ ...NETWORK, user: 'bob' }] },
      'providers[0].networks[0].user is not an option of "trusted_networks"',
    ],
  ])('of %s may not be %j', (type, options, line) => {
    expect(() => prepare(type, options)).toThrow(line);
  });
});
