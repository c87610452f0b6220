import 'reflect-metadata';
import { IsPlainEmailAddress, normalizeEmailAddress } from './email-address.js';
import { readFields } from '../contract/read-fields.js';

class Form {
  @IsPlainEmailAddress()
  readonly email!: string;
}

const LABEL = 'b'.repeat(63);

describe('normalizeEmailAddress', () => {
  it.each([
    ['ada@example.org', 'ada@example.org'],
    ['Ada.L+mfa@Mail.EXAMPLE.org', 'Ada.L+mfa@mail.example.org'],
    ["o'hara_{5}@x-y.123.example", "o'hara_{5}@x-y.123.example"],
    ['ada@xn--exmple-cua.org', 'ada@xn--exmple-cua.org'],
    ['root@localhost', 'root@localhost'],
    [`${'a'.repeat(64)}@${LABEL}.org`, `${'a'.repeat(64)}@${LABEL}.org`],
    [`a@${'b.'.repeat(125)}bb`, `a@${'b.'.repeat(125)}bb`],
  ])('reads %j', (text, address) => {
    expect(normalizeEmailAddress(text)).toBe(address);
  });

  it.each([
    ['of quoted words', '"ada"@example.org'],
    ['of quoted words that need no escape', '"\\ada"@example.org'],
    ['of quoted lines', '"a\r\nb"@example.org'],
    ['of quoted words with a sign of their own', '"a@b"@example.org'],
    ['with a blank', '"a b"@example.org'],
    ['beside another', 'a@b.example, ada@example.org'],
    ['with two signs', 'ada@b.example@example.org'],
    ['with a comment', 'ada(home)@example.org'],
    ['with a comment in the domain', 'ada@(home)example.org'],
    ['with a name', 'Ada <ada@example.org>'],
    ['of other letters', 'ädä@example.org'],
    ['of letters that become others in lower case', '\u212ada@example.org'],
    ['of a domain of other letters', 'ada@exämple.org'],
    ['of a domain of circled letters', 'ada@ⓔxample.org'],
    ['of a domain with a soft hyphen', 'ada@exa\u00admple.org'],
    ['of a domain with a letter that becomes another', 'ada@\u212aexample.org'],
    ['of a domain with another full stop', 'ada@example\u3002org'],
    ['with another at sign', 'ada\uff20example.org'],
    ['of a root domain', 'ada@example.org.'],
    ['of a domain that is not fully qualified', 'ada@example'],
    ['of an IP address', 'ada@127.0.0.1'],
    ['of an IP address in brackets', 'ada@[127.0.0.1]'],
    ['of a label with a hyphen before it', 'ada@-example.org'],
    ['of a label with a hyphen behind it', 'ada@example-.org'],
    ['of a label without characters', 'ada@example..org'],
    ['of a label that is too long', `ada@${LABEL}b.org`],
    ['with a full stop before it', '.ada@example.org'],
    ['with two full stops', 'ada..l@example.org'],
    ['with a line after it', 'ada@example.org\n'],
    ['with a line before it', '\nada@example.org'],
    ['with a NUL', 'ada\0@example.org'],
    ['of a route', '@b.example:ada@example.org'],
    ['without a sign', 'ada'],
    ['without a local part', '@example.org'],
    ['without a domain', 'ada@'],
    ['with a local part that is too long', `${'a'.repeat(65)}@example.org`],
    ['that is too long', `a@${'b.'.repeat(125)}bbb`],
    ['that is empty', ''],
  ])('takes no address %s', (_, text) => {
    expect(normalizeEmailAddress(text)).toBeNull();
  });
});

describe('IsPlainEmailAddress', () => {
  it('takes a plain address', () => {
    expect(readFields(Form, { email: 'ada@example.org' })).toEqual({ email: 'ada@example.org' });
  });

  it.each(['"ada"@example.org', 5, ['ada@example.org'], { length: 3 }])('refuses %j', (email) => {
    const extras = { errors: { email: ['Enter a valid email address.'] } };
    expect(() => readFields(Form, { email })).toThrow(expect.objectContaining({ extras }));
  });
});
