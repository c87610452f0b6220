import { Module } from '@nestjs/common';
import { AccessTokenReader, MfaEventListener, SubjectDirectory, TokenIssuer } from 'nestjs-mfa';
import { EmailSender } from 'nestjs-mfa/handlers/email';
import { AccountsModule } from '../accounts/accounts.module.js';
import { Mails } from '../mails.js';
import { CodeMails, SessionAccess, SessionIssuer, UserDirectory, Warnings } from './ports.js';

const PORTS = [
  { provide: SubjectDirectory, useClass: UserDirectory },
  { provide: TokenIssuer, useClass: SessionIssuer },
  { provide: AccessTokenReader, useClass: SessionAccess },
  { provide: MfaEventListener, useClass: Warnings },
  { provide: EmailSender, useClass: CodeMails },
];

@Module({
  imports: [AccountsModule],
  providers: [Mails, ...PORTS],
  exports: PORTS.map(({ provide }) => provide),
})
export class PortsModule {}
