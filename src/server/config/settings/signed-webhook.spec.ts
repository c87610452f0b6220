import { signedWebhookOf } from './signed-webhook.js';

const NAMES = ['HOOK_URL', 'HOOK_SECRET'] as const;
const HOOK_URL = 'https://hooks.example.org/send';
const HOOK_SECRET = Buffer.alloc(32, 7);

describe('signedWebhookOf', () => {
  it('takes both settings, or neither', () => {
    expect(signedWebhookOf({ HOOK_URL, HOOK_SECRET }, NAMES)).toEqual({
      url: HOOK_URL,
      secret: HOOK_SECRET,
    });
    expect(signedWebhookOf({ HOOK_URL: null, HOOK_SECRET: null }, NAMES)).toBeNull();
  });

  it('refuses one without the other, and names the one that is missing', () => {
    const remedy = 'set HOOK_URL and HOOK_SECRET together, or neither.';
    expect(() => signedWebhookOf({ HOOK_URL, HOOK_SECRET: null }, NAMES)).toThrow(
      `HOOK_SECRET is missing: ${remedy}`,
    );
    expect(() => signedWebhookOf({ HOOK_URL: null, HOOK_SECRET }, NAMES)).toThrow(
      `HOOK_URL is missing: ${remedy}`,
    );
  });
});
