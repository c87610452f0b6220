import { keepsMessages, MailboxModule, type MailboxSettings } from './mailbox.module.js';
import { MailboxController } from './mailbox.controller.js';

const settings: MailboxSettings = {
  isProduction: false,
  smtpUrl: 'smtp://mail.example.org',
  smsGateway: { url: 'https://sms.example.org', secret: Buffer.alloc(32) },
  factors: [],
};
const factor = (type: string) => ({ type, id: `my_${type}`, options: {}, path: 'factors[0]' });

describe('the development mailbox', () => {
  it.each<[string, Partial<MailboxSettings>, boolean]>([
    ['mails that are not sent', { smtpUrl: null }, true],
    ['texts that are not sent', { smsGateway: null, factors: [factor('sms')] }, true],
    ['notifications', { factors: [factor('notify')] }, true],
    ['texts that are sent', { factors: [factor('sms')] }, false],
    ['texts that nobody asks for', { smsGateway: null, factors: [factor('email')] }, false],
    ['nothing in production', { isProduction: true, smtpUrl: null }, false],
  ])('is there for %s', (_, changes, isThere) => {
    expect(keepsMessages({ ...settings, ...changes })).toBe(isThere);
    const { controllers = [] } = MailboxModule.forRoot({ ...settings, ...changes });
    expect(controllers).toEqual(isThere ? [MailboxController] : []);
  });
});
