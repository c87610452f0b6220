import { Injectable, Module } from '@nestjs/common';
import { AccessTokenReader, MfaError, SubjectDirectory, TokenIssuer } from 'nestjs-mfa';
import { type HttpRequest, type IssuedTokens, type MfaPassed } from 'nestjs-mfa';
import { type Principal, type Subject } from 'nestjs-mfa';
import { Accounts, type User } from './accounts.js';

/** A user as the library sees one. */
export function subjectOf({ id, name }: User): Subject {
  return { id, displayName: name, addresses: {}, isEnabled: true, credentialsVersion: '1' };
}

@Injectable()
class UserDirectory extends SubjectDirectory {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  async find(id: string): Promise<Subject | null> {
    const user = await this.accounts.find(id);
    return user && subjectOf(user);
  }
}

/** A finished sign-in opens a session, and a step-up moves it to a new token. */
@Injectable()
class SessionIssuer extends TokenIssuer {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  async issue(passed: MfaPassed): Promise<IssuedTokens> {
    const { subject, sessionId, amr, authenticatedAt } = passed;
    const { token, tokenHash } = this.accounts.drawToken();
    const proven = { token_hash: tokenHash, amr: [...amr], proven_at: authenticatedAt };
    const body = { access: token };
    if (sessionId === null) {
      const values = { ...proven, user_id: subject.id };
      return { body, rows: [{ table: 'sessions', values }] };
    }
    const key = { token_hash: sessionId };
    return { body, rows: [], rowUpdates: [{ table: 'sessions', key, set: proven }] };
  }
}

/** Reads the session anew for every call, so one that has ended opens nothing any more. */
@Injectable()
class SessionReader extends AccessTokenReader {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  async authenticate({ headers }: HttpRequest): Promise<Principal> {
    const [, token] = /^Bearer (\S+)$/i.exec(String(headers['authorization'])) ?? [];
    if (token === undefined) throw new MfaError('not_authenticated');
    const session = await this.accounts.findSession(token);
    if (session === null) throw new MfaError('token_not_valid');
    const { userId: subjectId, tokenHash: sessionId, provenAt: authenticatedAt, amr } = session;
    return { subjectId, sessionId, authenticatedAt, amr };
  }
}

const PORTS = [
  { provide: SubjectDirectory, useClass: UserDirectory },
  { provide: TokenIssuer, useClass: SessionIssuer },
  { provide: AccessTokenReader, useClass: SessionReader },
];

@Module({ providers: [Accounts, ...PORTS], exports: [Accounts, ...PORTS] })
export class PortsModule {}
