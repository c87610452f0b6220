import { reasonOf } from './reason-of.js';

const errorOf = (facts: object, message = 'to ada@example.org', options?: ErrorOptions) =>
  Object.assign(new Error(message, options), facts);

describe('reasonOf', () => {
  it.each<[string, unknown, string]>([
    ['an error by its kind alone', new RangeError('secret of ada@example.org'), 'RangeError'],
    ['what is no error', 'ada@example.org', 'string'],
    ['nothing', undefined, 'undefined'],
    ['codes', errorOf({ code: 'ECONNREFUSED' }), 'Error ECONNREFUSED'],
    [
      'a code of another',
      errorOf({ code: 'EDNS', originalCode: 'ENOTFOUND' }),
      'Error ENOTFOUND EDNS',
    ],
    ['no code that may be anything', errorOf({ code: 'ada@example.org' }), 'Error'],
    [
      'a reply of a mail server, without addresses',
      errorOf({
        code: 'EENVELOPE',
        responseCode: 550,
        response: '550 5.1.1 <ada@example.org>: no such user,\r\n"ada l"@example.org',
      }),
      'Error EENVELOPE 550 (550 5.1.1 <•••>: no such user, •••)',
    ],
    ['a reply without words', errorOf({ responseCode: 550 }), 'Error 550'],
    [
      'what is wrong with a certificate',
      errorOf({ code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }, 'certificate has expired'),
      'Error CERT_HAS_EXPIRED ESOCKET (certificate has expired)',
    ],
    [
      'a cause',
      errorOf({}, '', { cause: errorOf({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'self-signed') }),
      'Error, by Error SELF_SIGNED_CERT_IN_CHAIN (self-signed)',
    ],
  ])('tells %s', (_, error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });

  it('ends, however deep causes go and however long a server talks', () => {
    const endless = errorOf({ responseCode: 450, response: `450 ${'x'.repeat(1000)}` });
    endless.cause = endless;
    const once = `Error 450 (450 ${'x'.repeat(296)})`;
    expect(reasonOf(endless)).toBe([once, once, once, once].join(', by '));
  });
});
