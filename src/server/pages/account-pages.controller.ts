import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type HttpRequest, MfaError } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { acceptedLanguage, type Language, LANGUAGES } from '../texts/languages.js';
import {
  CHANGE_EMAIL_PATH,
  NOT_ME_PATH,
  RESET_PASSWORD_PATH,
  TOKEN_FORM_PATH,
  VERIFY_EMAIL_PATH,
} from '../config/paths.js';
import { renderTokenPage } from './token-page.js';

const HTML = 'text/html; charset=utf-8';

/** The pages behind mailed links, in the language that the browser asks for. */
@ApiExcludeController()
@Controller()
export class AccountPagesController {
  private readonly script = readFileSync(new URL('./token-form.js', import.meta.url), 'utf8');

  constructor(private readonly config: ServerConfig) {}

  @Get(NOT_ME_PATH)
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  showNotMe(@Req() request: HttpRequest): string {
    const language = this.languageFor(request);
    const { notMePage: texts, kinds } = LANGUAGES[language];
    const changes = Object.fromEntries(
      Object.entries(kinds).map(([kind, { subject }]) => [kind, subject]),
    );
    const undone = { ...texts.undone, changes };
    const action = '/api/auth/repudiate/';
    return renderTokenPage({ language, texts, action, next: this.nextIn(language), undone });
  }

  @Get(RESET_PASSWORD_PATH)
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  showResetPassword(@Req() request: HttpRequest): string {
    const language = this.languageFor(request);
    const { resetPage: texts } = LANGUAGES[language];
    const action = '/api/auth/password/reset/confirm/';
    const { newPassword } = texts;
    return renderTokenPage({ language, texts, action, next: this.nextIn(language), newPassword });
  }

  /** @throws {MfaError} `not_found` if no link leads here */
  @Get(VERIFY_EMAIL_PATH)
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  showVerifyEmail(@Req() request: HttpRequest): string {
    this.requireLinks();
    const language = this.languageFor(request);
    const { verifyPage: texts } = LANGUAGES[language];
    const action = '/api/auth/email/verify/';
    return renderTokenPage({ language, texts, action, next: this.nextIn(language) });
  }

  /** @throws {MfaError} `not_found` if no link leads here */
  @Get(CHANGE_EMAIL_PATH)
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  showChangeEmail(@Req() request: HttpRequest): string {
    this.requireLinks();
    const language = this.languageFor(request);
    const { changePage: texts } = LANGUAGES[language];
    const action = '/api/auth/email/change/confirm/';
    return renderTokenPage({ language, texts, action, next: this.nextIn(language) });
  }

  @Get(TOKEN_FORM_PATH)
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  showScript(): string {
    return this.script;
  }

  private requireLinks(): void {
    if (this.config.emailVerification !== 'link') throw new MfaError('not_found');
  }

  private nextIn(language: Language) {
    return { url: this.config.signInUrl, text: LANGUAGES[language].signIn };
  }

  private languageFor({ headers }: HttpRequest): Language {
    return acceptedLanguage(headers) ?? this.config.mailLanguage;
  }
}
