import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DevelopmentMailbox, type KeptMessage } from './development-mailbox.js';
import { LocalHostGuard } from './local-host.guard.js';
import { renderMailboxPage } from './mailbox-page.js';

/** Shows the messages that were not sent. Registered beside {@link DevelopmentMailbox} only. */
@ApiExcludeController()
@Controller('dev')
@UseGuards(LocalHostGuard)
export class MailboxController {
  constructor(private readonly mailbox: DevelopmentMailbox) {}

  /** For people. */
  @Get('mailbox')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  showPage(): string {
    return renderMailboxPage(this.mailbox.list());
  }

  /** For programs: the same messages, newest first. */
  @Get('mailbox.json')
  @Header('Cache-Control', 'no-store')
  list(): readonly KeptMessage[] {
    return this.mailbox.list();
  }
}
