import { type FactoryProvider } from '@nestjs/common';
import { Clock } from '../../../mfa/index.js';
import { FakeClock } from '../../../mfa/testing/index.js';
import { DevelopmentMailer } from './development-mailer.js';
import { MailModule } from './mail.module.js';
import { Mailer } from './mailer.js';
import { SmtpMailer } from './smtp-mailer.js';

const mailFrom = 'no-reply@example.org';
const smtpUrl = 'smtp://127.0.0.1:1';

describe('MailModule', () => {
  it.each([true, false])(
    'sends over SMTP when it is told where to (production: %s)',
    async (isProduction) => {
      const { providers } = MailModule.forRoot({ smtpUrl, mailFrom, isProduction });
      const useFactory = expect.any(Function);
      expect(providers).toEqual([{ provide: Mailer, inject: [Clock], useFactory }]);
      const [provider] = providers as [FactoryProvider<Mailer>];
      await expect(provider.useFactory(new FakeClock())).resolves.toBeInstanceOf(SmtpMailer);
    },
  );

  it('keeps mails in development', () => {
    const module = MailModule.forRoot({ smtpUrl: null, mailFrom, isProduction: false });
    expect(module.providers).toEqual([{ provide: Mailer, useClass: DevelopmentMailer }]);
  });

  it('refuses production without a mail server', () => {
    const settings = { smtpUrl: null, mailFrom, isProduction: true };
    expect(() => MailModule.forRoot(settings)).toThrow('SMTP_URL');
  });
});
