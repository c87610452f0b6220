import { ENGLISH_CODE_MESSAGE } from './code-message-texts.js';
import { codeMessage as messageIn, type CodeMessageInput } from './code-message.js';

const input = {
  to: 'ada@example.org',
  code: '012345',
  applicationName: 'Example',
  lifetimeSeconds: 600,
  requestedAt: new Date('2026-03-04T05:06:07.890Z'),
};
const codeMessage = (said: CodeMessageInput) => messageIn(said, ENGLISH_CODE_MESSAGE);

describe('codeMessage', () => {
  it('says the code, how long it is valid, and what to do when it was not asked for', () => {
    const { to, subject, text } = codeMessage(input);
    expect(to).toBe('ada@example.org');
    expect(subject).toBe('Your verification code (05:06:07 UTC)');
    expect(text).toBe(
      [
        '012345 is your verification code for Example.',
        'It is valid for 10 minutes and works once, for the request that it was sent for.',
        'If this was not you, give the code to nobody and change your password: someone may know it.\n',
      ].join('\n\n'),
    );
  });

  it('says the same in HTML', () => {
    const { text, html } = codeMessage(input);
    const body = html.replace(/^[\s\S]*<body>|<\/body>[\s\S]*$/g, '').replace(/<[^>]+>/g, '');
    expect(body.split(/\s+/).filter(Boolean)).toEqual(text.split(/\s+/).filter(Boolean));
  });

  it('promises no more minutes than there are', () => {
    expect(codeMessage({ ...input, lifetimeSeconds: 60 }).text).toContain('for 1 minute and');
    expect(codeMessage({ ...input, lifetimeSeconds: 179 }).text).toContain('for 2 minutes and');
  });

  it('has another subject for a code of another second', () => {
    const requestedAt = new Date('2026-03-04T05:06:08Z');
    const subjects = [input, { ...input, requestedAt }].map((one) => codeMessage(one).subject);
    expect(new Set(subjects).size).toBe(2);
  });

  it('says which language it is in', () => {
    const texts = { ...ENGLISH_CODE_MESSAGE, language: 'de', subject: () => 'Ihr <Code>' };
    const { subject, html } = messageIn(input, texts);
    expect(subject).toBe('Ihr <Code>');
    expect(html).toContain('<html lang="de">');
    expect(html).toContain('<title>Ihr &lt;Code&gt;</title>');
  });

  it('shows a name with markup as text', () => {
    const { html } = codeMessage({ ...input, applicationName: `<b>&"A" 'n' B</b>` });
    expect(html).toContain('&lt;b&gt;&amp;&quot;A&quot; &#39;n&#39; B&lt;/b&gt;');
  });
});
