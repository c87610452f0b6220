import { MessageTemplate } from './message-template.js';

const REFUSAL =
  'MFA handler "sms": message takes a text of at most 300 characters with {code} in it once, and no other placeholder.';

describe('MessageTemplate', () => {
  it.each([
    ['{code}', '123456'],
    ['Your code: {code}.', 'Your code: 123456.'],
    ['$& {code} $1', '$& 123456 $1'],
    [`{code}${'x'.repeat(294)}`, `123456${'x'.repeat(294)}`],
  ])('puts the code into %j', (text, filled) => {
    expect(new MessageTemplate('MFA handler "sms"', text).fill('123456')).toBe(filled);
  });

  it.each([
    ['', 'is empty'],
    ['Your code', 'has no place for the code'],
    ['{code} or {code}', 'has two'],
    ['{code} for {name}', 'has a place for something else'],
    ['{Code}', 'has one with another name'],
    ['{}', 'has one without a name'],
    ['{{code}', 'opens one twice'],
    [`{code}${'x'.repeat(295)}`, 'is too long'],
  ])('refuses %j, which %s', (text) => {
    expect(() => new MessageTemplate('MFA handler "sms"', text)).toThrow(REFUSAL);
  });

  const profile = { name: 'sms', message: undefined, applicationName: 'Example' };

  it.each([
    [600, '10 minutes'],
    [119, '1 minute'],
    [60, '1 minute'],
  ])('says by itself for whom the code is and that it lives %d seconds', (seconds, life) => {
    const template = MessageTemplate.of({ ...profile, lifetimeSeconds: seconds });
    expect(template.fill('123456')).toBe(
      `123456 is your verification code for Example. It is valid for ${life}. Give it to nobody.`,
    );
  });

  it('has a place for nothing but the code, whatever the application is called', () => {
    const template = MessageTemplate.of({
      ...profile,
      applicationName: 'My {code} {App}',
      lifetimeSeconds: 600,
    });
    expect(template.fill('123456')).toContain('123456 is your verification code for My code App.');
  });

  it('has the words of the operator where there are some', () => {
    const template = MessageTemplate.of({ ...profile, message: '> {code}', lifetimeSeconds: 600 });
    expect(template.fill('123456')).toBe('> 123456');
    const wrong = { ...profile, message: 'no place', lifetimeSeconds: 600 };
    expect(() => MessageTemplate.of(wrong)).toThrow(REFUSAL);
  });
});
