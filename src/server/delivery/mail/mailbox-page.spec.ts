import { type KeptMessage } from './development-mailbox.js';
import { renderMailboxPage } from './mailbox-page.js';

const at = new Date('2026-01-02T03:04:05Z');
const mail: KeptMessage = {
  kind: 'mail',
  to: 'a@example.org',
  subject: 'Hello',
  text: 'Your code is 123456.',
  at,
};

describe('renderMailboxPage', () => {
  it('says so when there is no message', () => {
    expect(renderMailboxPage([])).toContain('No message yet');
  });

  it('shows address, subject, time and text', () => {
    const page = renderMailboxPage([mail]);
    for (const part of ['mail to a@example.org', 'Hello', '2026-01-02 03:04:05 UTC', mail.text]) {
      expect(page).toContain(part);
    }
  });

  it('keeps the order that it is given', () => {
    const page = renderMailboxPage([{ ...mail, subject: 'newer' }, mail]);
    expect(page.indexOf('newer')).toBeLessThan(page.indexOf('Hello'));
  });

  it('shows a code of six to ten digits by itself', () => {
    expect(renderMailboxPage([mail])).toContain('<p class="code">123456</p>');
  });

  it.each(['on 2026-01-02 at 03:04:05', 'number 12345', 'number 12345678901', 'id a1234567', ''])(
    'sees no code in "%s"',
    (text) => {
      expect(renderMailboxPage([{ ...mail, text }])).not.toContain('class="code"');
    },
  );

  it.each([
    [
      'Open http://localhost:3000/account/not-me#eyJ.a_b-c.',
      'http://localhost:3000/account/not-me#eyJ.a_b-c',
    ],
    ['(see https://example.org/a?b=1&c=2)', 'https://example.org/a?b=1&amp;c=2'],
    ['https://example.org/', 'https://example.org/'],
  ])('makes a link of the address in "%s"', (text, address) => {
    expect(renderMailboxPage([{ ...mail, text }])).toContain(
      `<a href="${address}" target="_blank" rel="noopener noreferrer">${address}</a>`,
    );
  });

  it.each(['javascript:alert(1)', 'ftp://example.org', 'example.org', 'https://', `https://"x"`])(
    'makes none of %s',
    (text) => {
      const page = renderMailboxPage([{ ...mail, text }]);
      expect(page).not.toContain('<a href="javascript');
      expect(page).not.toMatch(/<a href="(?:ftp|example|https:\/\/"|https:\/\/"?x")/);
    },
  );

  it.each(['to', 'subject', 'text'] as const)('escapes markup in %s', (member) => {
    const page = renderMailboxPage([{ ...mail, [member]: `<script>"x"&'y'</script>` }]);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;&lt;/script&gt;');
  });

  it.each([
    ['text message', '<h2>Text message</h2>'],
    ['notification', '<h2>Notification</h2>'],
    ['mail', '<h2>Mail</h2>'],
  ] as const)('says what a %s without a subject is', (kind, title) => {
    const page = renderMailboxPage([{ kind, to: '+15550100123', text: 'Your code', at }]);
    expect(page).toContain(title);
    expect(page).toContain(`${kind} to +15550100123`);
  });
});
