import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { isOutage } from './outage.js';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

describe('isOutage', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENETUNREACH',
    '08006',
    '25006',
    '25P03',
    '53300',
    '57P01',
    '57P02',
    '57P03',
    '57P05',
    '57014',
    '40001',
    '40P01',
    '55P03',
  ])('knows %s, bare and wrapped by TypeORM', (code) => {
    expect(isOutage(withCode(code))).toBe(true);
    expect(isOutage(new QueryFailedError('SELECT 1', [], withCode(code)))).toBe(true);
  });

  it.each([
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('knows the text of pg: %s', (message) => {
    expect(isOutage(new Error(message))).toBe(true);
    expect(isOutage(new Error('wrapped', { cause: new Error(message) }))).toBe(true);
  });

  it.each([new QueryRunnerAlreadyReleasedError(), new QueryRunnerProviderAlreadyReleasedError()])(
    'knows what TypeORM says of a connection that broke within a transaction: %p',
    (error) => expect(isOutage(error)).toBe(true),
  );

  // For example a wrong password, an unknown database, no right to change tables, a bad certificate.
  it.each([
    '23505',
    '42P01',
    '42501',
    '22P02',
    '28P01',
    '3D000',
    '57P04',
    'ENOENT',
    '080061',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ])('leaves %s alone', (code) => {
    expect(isOutage(withCode(code))).toBe(false);
  });

  it.each([undefined, null, 'ECONNREFUSED', { code: 'ECONNREFUSED' }])(
    'leaves what is not an error alone',
    (thrown) => {
      expect(isOutage(thrown)).toBe(false);
    },
  );

  it('ends at an error that is its own cause', () => {
    const error = new Error('circular');
    error.cause = error;

    expect(isOutage(error)).toBe(false);
  });
});
