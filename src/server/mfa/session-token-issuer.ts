import { Injectable } from '@nestjs/common';
import {
  Clock,
  type IssuedTokens,
  type MfaEvent,
  type MfaPassed,
  type RowUpdate,
  TokenIssuer,
} from '../../mfa/index.js';
import { LiveSessions } from '../sessions/live-sessions.js';
import { sessionTokensResponse } from '../sessions/session-tokens.response.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { type User } from '../identity/user.entity.js';
import { userResponse } from '../identity/user.response.js';
import { accountEvent } from '../identity/account-event.js';
import { UserSubject } from '../identity/user-subject.js';

/** Opens or renews a session once every proof is given. Nothing else does. */
@Injectable()
export class SessionTokenIssuer extends TokenIssuer {
  constructor(
    private readonly sessions: SessionsService,
    private readonly liveSessions: LiveSessions,
    private readonly clock: Clock,
  ) {
    super();
  }

  async issue(passed: MfaPassed): Promise<IssuedTokens> {
    if (!(passed.subject instanceof UserSubject)) {
      throw new TypeError('A subject that UserSubjectDirectory did not make has no session.');
    }
    return passed.purpose === 'login'
      ? this.open(passed, passed.subject)
      : this.renew(passed, passed.subject);
  }

  private open(
    { provider, proofs, client, ...passed }: MfaPassed,
    { id: userId, credentialsVersion, user }: UserSubject,
  ): IssuedTokens {
    if (provider === null) {
      throw new TypeError('A login that names no first factor has no session.');
    }
    const proven = { proofs, ...shownBy(passed) };
    const signIn = { userId, provider, credentialsVersion, ...proven, client };
    const { row, sessionId, ...tokens } = this.sessions.prepare(signIn);
    const body = { ...sessionTokensResponse(tokens), user: userResponse(user) };
    const displaced: MfaEvent = {
      ...accountEvent('session_displaced', { user, client, at: this.clock.now() }),
      sessionId,
    };
    return {
      body,
      sessionId,
      rows: [row],
      rowUpdates: ownPassword(user, { ...passed, proofs }),
      displacement: this.liveSessions.roomFor(displaced),
    };
  }

  private renew(
    { sessionId, sessionVersion: version, proofs, ...passed }: MfaPassed,
    { id: userId, user }: UserSubject,
  ): IssuedTokens {
    if (sessionId === null || version === null) {
      throw new TypeError('A step-up of no session renews none.');
    }
    const facts = { userId, sessionId, version, proofs, ...shownBy(passed) };
    const { access, accessExpiresAt, change } = this.sessions.prepareStepUp(facts);
    const body = { access, access_expiration: accessExpiresAt.toISOString() };
    return { body, rows: [], rowUpdates: [change, ...ownPassword(user, { ...passed, proofs })] };
  }
}

/** What the tokens say of the proofs. */
function shownBy({
  amr,
  authenticatedAt,
  deviceMfaAt,
}: Pick<MfaPassed, 'amr' | 'authenticatedAt' | 'deviceMfaAt'>) {
  return { amr, authenticatedAt, ...(deviceMfaAt && { deviceMfaAt }) };
}

/**
 * With that password and a second factor, a user who set it by mail has proven to own the account. A passkey
 * says nothing of the password.
 */
function ownPassword(
  { id, credentialsVersion, passwordByMail }: User,
  { amr, proofs }: Pick<MfaPassed, 'amr' | 'proofs'>,
): RowUpdate[] {
  const showsPassword = proofs.some(({ methodId }) => methodId === null);
  if (!passwordByMail || !showsPassword || !amr.includes('mfa')) return [];
  const key = { id, credentials_version: credentialsVersion };
  return [{ table: 'users', key, set: { password_by_mail: false } }];
}
