import { codeMessage } from './code-message.js';

const input = {
  to: 'ada@example.org',
  code: '012345',
  applicationName: 'Example',
  lifetimeSeconds: 600,
};

describe('codeMessage', () => {
  it('says the code, how long it is valid, and what to do when it was not asked for', () => {
    const { to, subject, text } = codeMessage(input);
    expect(to).toBe('ada@example.org');
    expect(subject).toBe('Your verification code');
    expect(text).toBe(
      [
        '012345 is your verification code for Example.',
        'It is valid for 10 minutes and works once.',
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

  it('shows a name with markup as text', () => {
    const { html } = codeMessage({ ...input, applicationName: `<b>&"A" 'n' B</b>` });
    expect(html).toContain('&lt;b&gt;&amp;&quot;A&quot; &#39;n&#39; B&lt;/b&gt;');
  });
});
