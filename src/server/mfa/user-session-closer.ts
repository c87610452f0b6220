import { Injectable } from '@nestjs/common';
import { type RowUpdate, SessionCloser, type SessionKey } from '../../mfa/index.js';

/** Ends the session that too many wrong proofs came from: its access and its refresh token. */
@Injectable()
export class UserSessionCloser extends SessionCloser {
  changesThatEnd({ subjectId, sessionId }: SessionKey, at: Date): readonly RowUpdate[] {
    const key = { user_id: subjectId, id: sessionId, ended_at: null };
    return [{ table: 'sessions', key, set: { ended_at: at } }];
  }
}
