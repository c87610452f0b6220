import { clientOf } from './client-info.js';

describe('clientOf', () => {
  it('takes the address that the platform believes', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', 'user-agent': 'curl/8' };

    expect(clientOf({ ip: '198.51.100.7', headers })).toEqual({
      ip: '198.51.100.7',
      userAgent: 'curl/8',
    });
  });

  it('cuts a long User-Agent and removes control characters', () => {
    const headers = { 'user-agent': `a\tb\u009b${'c'.repeat(300)}` };

    expect(clientOf({ headers }).userAgent).toBe(`ab${'c'.repeat(252)}`);
  });

  it.each([{}, { 'user-agent': '' }])('knows nothing of a client that tells nothing', (headers) => {
    expect(clientOf({ headers })).toEqual({ ip: null, userAgent: null });
  });
});
