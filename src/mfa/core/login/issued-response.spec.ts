import { answerOf } from './issued-response.js';
import { type IssuedCookie } from '../ports/issued-tokens.js';

const linesOf = (cookie: IssuedCookie) =>
  answerOf({ body: {}, rows: [], cookies: [cookie] }).headers;
const cookieOf = (members: Partial<IssuedCookie>) =>
  linesOf({ name: 'session', value: 'abc', ...members }).map(([, line]) => line);

describe('answerOf', () => {
  it('is the body alone where the issuer gave no more', () => {
    const body = { access: 'a' };
    expect(answerOf({ body, rows: [] })).toEqual({ tokens: body, headers: [] });
  });

  it('has each header, and each cookie on a line of its own', () => {
    const cookies = ['a', 'b'].map((name) => ({ name, value: name, secure: false, path: '/api' }));
    const { headers } = answerOf({ body: {}, rows: [], headers: { 'X-Shard': '7' }, cookies });
    expect(headers).toEqual([
      ['X-Shard', '7'],
      ['Set-Cookie', 'a=a; Path=/api; HttpOnly; SameSite=Lax'],
      ['Set-Cookie', 'b=b; Path=/api; HttpOnly; SameSite=Lax'],
    ]);
  });

  it.each<[Partial<IssuedCookie>, string]>([
    [{}, 'session=abc; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [
      // JavaScript may give `undefined` for an absent member.
      {
        secure: undefined,
        httpOnly: undefined,
        sameSite: undefined,
      } as unknown as Partial<IssuedCookie>,
      'session=abc; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { httpOnly: false, secure: false, sameSite: 'strict', domain: 'example.org' },
      'session=abc; Domain=example.org; Path=/; SameSite=Strict',
    ],
    [
      { value: '', maxAgeSeconds: 0, sameSite: 'none' },
      'session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None',
    ],
    [{ value: 'a;b' }, 'session=a%3Bb; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [{ name: '__Host-session' }, '__Host-session=abc; Path=/; HttpOnly; Secure; SameSite=Lax'],
  ])('writes a cookie, the safe way unless told: %#', (members, line) => {
    expect(cookieOf(members)).toEqual([line]);
  });

  it.each<[Partial<IssuedCookie>, string]>([
    [{ name: 'a b' }, 'gave a cookie that is none'],
    [{ path: '/;x' }, 'gave a cookie that is none'],
    [{ sameSite: 'none', secure: false }, 'it needs secure: true'],
    [{ name: '__Secure-a', secure: false }, 'it needs secure: true'],
    [{ name: '__Host-a', secure: false }, 'it needs secure: true'],
    [{ name: '__Host-a', path: '/api' }, 'it needs the path "/" and no domain'],
    [{ name: '__Host-a', domain: 'example.org' }, 'it needs the path "/" and no domain'],
  ])('refuses a cookie that browsers drop: %#', (members, text) => {
    expect(() => cookieOf(members)).toThrow(text);
  });

  it('says no value of a cookie', () => {
    expect(() => cookieOf({ name: 'a b', value: 'hunter2' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });

  it.each([
    ['X Shard', '7', 'which HTTP does not know so'],
    ['X-Shard', 'a\r\nSet-Cookie: b=c', 'which HTTP does not know so'],
    ['Set-Cookie', 'a=b', 'which is not its to set; cookies go into "cookies"'],
    ['cache-control', 'public', 'which is not its to set'],
    ['Content-Type', 'text/html', 'which is not its to set'],
  ])('refuses the header %s: %s', (name, value, text) => {
    const issued = { body: {}, rows: [], headers: { [name]: value } };
    expect(() => answerOf(issued)).toThrow(text);
  });
});
