import { Injectable } from '@nestjs/common';
import { AccessTokenReader, MfaEventListener, SubjectDirectory, TokenIssuer } from 'nestjs-mfa';
import { type IssuedTokens, type MfaEvent, type MfaPassed } from 'nestjs-mfa';
import { type Principal, type Subject } from 'nestjs-mfa';
import { type EmailMessage, EmailSender } from 'nestjs-mfa/handlers/email';
import { type SignedInRequest } from '../accounts/session.guard.js';
import { SESSION_COOKIE, Sessions } from '../accounts/sessions.js';
import { Users } from '../accounts/users.js';
import { Mails } from '../mails.js';
import { subjectOf } from './subject.js';

/** Finds the user with an id. */
@Injectable()
export class UserDirectory extends SubjectDirectory {
  constructor(private readonly users: Users) {
    super();
  }

  async find(subjectId: string): Promise<Subject | null> {
    const user = await this.users.findById(Number(subjectId));
    return user === null ? null : subjectOf(user);
  }
}

/** What a finished sign-in or step-up gives: a cookie of ours, whose row is written in the same commit. */
@Injectable()
export class SessionIssuer extends TokenIssuer {
  constructor(private readonly sessions: Sessions) {
    super();
  }

  async issue(passed: MfaPassed): Promise<IssuedTokens> {
    const { subject, sessionId, amr, authenticatedAt } = passed;
    const { token, tokenHash } = this.sessions.draw();
    const proven = { token_hash: tokenHash, amr: [...amr], started_at: authenticatedAt };
    const body = { signed_in: true };
    const cookies = [{ name: SESSION_COOKIE, value: token }];
    if (sessionId === null) {
      const values = { ...proven, user_id: Number(subject.id) };
      return { body, cookies, rows: [{ table: 'sessions', values }] };
    }
    // A step-up: the session goes on under a new token, and the old one names nothing any more.
    const key = { token_hash: sessionId };
    return { body, cookies, rows: [], rowUpdates: [{ table: 'sessions', key, set: proven }] };
  }
}

/** Who makes a request to the library's own routes, as our guard for all routes has found. */
@Injectable()
export class SessionAccess extends AccessTokenReader {
  async authenticate({ session }: SignedInRequest): Promise<Principal> {
    return {
      subjectId: String(session.userId),
      sessionId: session.tokenHash,
      authenticatedAt: session.startedAt,
      amr: session.amr,
    };
  }
}

/** Carries the codes of `EmailHandler`. */
@Injectable()
export class CodeMails extends EmailSender {
  constructor(private readonly mails: Mails) {
    super();
  }

  send({ to, subject, text }: EmailMessage): Promise<void> {
    return this.mails.send({ to, subject, text });
  }
}

/** Tells people what they may not have done themselves. */
@Injectable()
export class Warnings extends MfaEventListener {
  constructor(private readonly mails: Mails) {
    super();
  }

  async onEvent({ type, subject, factor }: MfaEvent): Promise<void> {
    const { email } = subject.addresses;
    if (type !== 'method_activated' || email === undefined) return;
    const text = `If it was not you who added "${factor}", change your password now.`;
    await this.mails.send({ to: email, subject: 'A second factor was added', text });
  }
}
