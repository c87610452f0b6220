import { smsFactor } from './sms-factor.js';

const smsGateway = { url: 'https://sms.example.org', secret: Buffer.alloc(32) };

describe('smsFactor', () => {
  it.each([
    [{ isProduction: false, smsGateway: null }],
    [{ isProduction: false, smsGateway }],
    [{ isProduction: true, smsGateway }],
  ])('makes a handler with %j', (config) => {
    const { provide } = smsFactor({ name: 'work_sms' }, config);
    expect(String(provide)).toBe('Symbol(SmsHandler work_sms)');
  });

  it('refuses production without a gateway', () => {
    expect(() => smsFactor({}, { isProduction: true, smsGateway: null })).toThrow(
      'SMS_GATEWAY_URL is missing: production sends its text messages, so set it and SMS_GATEWAY_SECRET, or take "sms" off the factors.',
    );
  });
});
