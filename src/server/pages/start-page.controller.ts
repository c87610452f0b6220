import { existsSync, readFileSync } from 'node:fs';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { MfaError } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { MAILBOX_PATH } from '../delivery/mail/development-mailbox.js';
import { keepsMessages } from '../delivery/mail/mailbox.module.js';
import { DOCS_PATH } from '../swagger/docs-path.js';
import { README_PATH, START_PATH } from '../config/paths.js';
import { renderStartPage, type StartLink } from './start-page.js';

/** Present in a clone and in the package, absent from a container image. */
const README = new URL('../../../README.md', import.meta.url);

const DOCS: StartLink = {
  path: DOCS_PATH,
  title: 'Swagger UI',
  about: 'Every route, with forms to try the whole flow.',
};
const HEALTH: StartLink = {
  path: '/health/ready',
  title: 'Health',
  about: 'Whether this server takes requests, and what it waits for.',
};
const MAILBOX: StartLink = {
  path: MAILBOX_PATH,
  title: 'Development mailbox',
  about: 'The messages that would have been sent, codes and links among them.',
};
const ABOUT: StartLink = {
  path: README_PATH,
  title: 'README',
  about: 'Ten lines to try, and a map of the documents.',
};

/** The page at the address of the server. */
@ApiExcludeController()
@Controller()
export class StartPageController {
  constructor(private readonly config: ServerConfig) {}

  @Get(START_PATH)
  @Header('Content-Type', 'text/html; charset=utf-8')
  showStart(): string {
    return renderStartPage([
      DOCS,
      ...(keepsMessages(this.config) ? [MAILBOX] : []),
      HEALTH,
      ...(existsSync(README) ? [ABOUT] : []),
    ]);
  }

  /** @throws {MfaError} `not_found` if there is none */
  @Get(README_PATH)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  showReadme(): string {
    if (!existsSync(README)) throw new MfaError('not_found');
    return readFileSync(README, 'utf8');
  }
}
