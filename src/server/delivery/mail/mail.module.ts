import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Clock } from '../../../mfa/index.js';
import { DevelopmentMailer } from './development-mailer.js';
import { Mailer } from './mailer.js';

/** The settings that choose the {@link Mailer}. */
export interface MailSettings {
  /** `smtp://…` or `smtps://…`; null: mails go into the development mailbox. */
  readonly smtpUrl: string | null;
  /** The sender of every mail. */
  readonly mailFrom: string;
  readonly isProduction: boolean;
}

/** Provides the {@link Mailer} to the whole server. */
@Module({})
export class MailModule {
  /** @throws {Error} in production without an SMTP server: codes would appear in the log */
  static forRoot({ smtpUrl, mailFrom, isProduction }: MailSettings): DynamicModule {
    if (smtpUrl !== null) {
      const settings = { url: smtpUrl, from: mailFrom };
      return assemble([
        {
          provide: Mailer,
          inject: [Clock],
          useFactory: async (clock: Clock) => {
            // Imported on demand: a server that keeps its mails has no need of the mail client.
            const { SmtpMailer } = await import('./smtp-mailer.js');
            return new SmtpMailer(settings, clock);
          },
        },
      ]);
    }
    if (isProduction) {
      throw new Error(
        'SMTP_URL is missing: production sends its mails, so set it to smtp://user:password@host:587 or smtps://….',
      );
    }
    return assemble([{ provide: Mailer, useClass: DevelopmentMailer }]);
  }
}

function assemble(providers: Provider[]): DynamicModule {
  return { module: MailModule, global: true, providers, exports: providers };
}
