import { webhookSecret, webhookUrl } from './webhook-formats.js';

const secretOf = (byteLength: number) => `whsec_${Buffer.alloc(byteLength, 7).toString('base64')}`;

describe('webhookUrl', () => {
  it.each(['https://sms.example.org', 'http://127.0.0.1:8080/send?a=b'])('reads %s', (text) => {
    expect(webhookUrl.safeParse(text).data).toBe(text);
  });

  it.each([
    'sms.example.org',
    'ftp://sms.example.org',
    'https://',
    'https://user@sms.example.org',
    'https://:password@sms.example.org',
    'https://sms.example.org/#part',
    ' https://sms.example.org',
    'javascript:alert(1)',
    'http://sms.example.org:5060',
    'https://sms.example.org:0/send',
    'https://sms.example.org:10080',
  ])('refuses %s', (text) => {
    expect(webhookUrl.safeParse(text).data).toBeUndefined();
  });
});

describe('the ports that webhookUrl refuses', () => {
  const urlAt = (port: number) => `http://127.0.0.1:${port}`;
  const refused = Array.from({ length: 65_535 }, (_, index) => index + 1).filter(
    (port) => webhookUrl.safeParse(urlAt(port)).data === undefined,
  );

  // `fetch` refuses a port before it connects.
  it('are those that fetch refuses', async () => {
    expect(refused.length).toBeGreaterThan(80);
    for (const port of refused) {
      const call = fetch(urlAt(port));
      await expect(call).rejects.toMatchObject({ cause: { message: 'bad port' } });
    }
  });
});

describe('webhookSecret', () => {
  it.each([24, 25, 32, 64])('reads %d bytes', (byteLength) => {
    expect(webhookSecret.safeParse(secretOf(byteLength)).data).toEqual(Buffer.alloc(byteLength, 7));
  });

  it.each([
    ['too few bytes', secretOf(23)],
    ['too many', secretOf(65)],
    ['no prefix', secretOf(32).slice(6)],
    ['another prefix', secretOf(32).replace('whsec', 'whpk')],
    ['base64url', `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`],
    ['nothing', 'whsec_'],
  ])('refuses %s', (_, text) => {
    expect(webhookSecret.safeParse(text).data).toBeUndefined();
  });
});
