import { bearerToken } from './bearer-token.js';

const read = (authorization?: string) => () => bearerToken({ headers: { authorization } });

describe('bearerToken', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER   abc '])('reads %j', (header) => {
    expect(read(header)()).toBe('abc');
  });

  it.each([undefined, '', 'Basic abc', 'abc', 'Bearerabc'])('finds no token in %j', (header) => {
    expect(read(header)).toThrow(expect.objectContaining({ code: 'not_authenticated' }));
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b'])('refuses %j', (header) => {
    expect(read(header)).toThrow(expect.objectContaining({ code: 'token_not_valid' }));
  });
});
