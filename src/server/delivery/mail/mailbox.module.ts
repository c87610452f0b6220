import { type DynamicModule, Module } from '@nestjs/common';
import { type ServerConfig } from '../../config/server-config.js';
import { DevelopmentMailbox } from './development-mailbox.js';
import { MailboxController } from './mailbox.controller.js';

/** The settings that decide whether messages are kept instead of sent. */
export type MailboxSettings = Pick<
  ServerConfig,
  'isProduction' | 'smtpUrl' | 'smsGateway' | 'factors'
>;

/** Whether some messages are kept instead of sent, and shown on the mailbox page. */
export function keepsMessages(settings: MailboxSettings): boolean {
  const { isProduction, smtpUrl, smsGateway, factors } = settings;
  const offers = (type: string) => factors.some((factor) => factor.type === type);
  const keepsTexts = smsGateway === null && offers('sms');
  return !isProduction && (smtpUrl === null || keepsTexts || offers('notify'));
}

/** Provides the {@link DevelopmentMailbox} and its page to a server that keeps messages. */
@Module({})
export class MailboxModule {
  static forRoot(settings: MailboxSettings): DynamicModule {
    if (!keepsMessages(settings)) return { module: MailboxModule };
    return {
      module: MailboxModule,
      global: true,
      providers: [DevelopmentMailbox],
      controllers: [MailboxController],
      exports: [DevelopmentMailbox],
    };
  }
}
