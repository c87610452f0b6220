import { senderOfMails } from './sender-of-mails.js';

describe('senderOfMails', () => {
  it.each([
    'no-reply@localhost',
    'no-reply+codes@example.org',
    'Example <no-reply@example.org>',
    'Example<no-reply@example.org>',
    '<no-reply@example.org>',
    'Jürgen & Söhne <no-reply@bücher.example>',
    'Acme, Inc. <login@example.org>',
    '"Acme: Login" <login@example.org>',
    '"Acme \\"Login\\" @ home" <login@example.org>',
  ])('takes %s', (text) => {
    expect(senderOfMails.safeParse(text).data).toBe(text);
  });

  it.each([
    'nobody',
    '',
    'a@example.org, b@example.org',
    'a@example.org b@example.org',
    'a@example.org;b@example.org',
    'A <a@example.org>, B <b@example.org>',
    'A <a@example.org> B <b@example.org>',
    'a@example.org <b@example.org>',
    '<a@example.org, b@example.org>',
    'Acme: Login <a@example.org>',
    'Acme: a@example.org;',
    'Acme <a@example.org>;',
    'Acme a@example.org',
    'Acme <a@example.org',
    'a@example.org>',
    'Acme <a@b@example.org>',
    '"Acme <a@example.org>',
    '"Acme" Login" <a@example.org>',
    'Acme\r\nBcc: b@example.org <a@example.org>',
    'Acme <a@example.org>\n',
  ])('refuses %j', (text) => {
    expect(senderOfMails.safeParse(text).data).toBeUndefined();
  });
});
