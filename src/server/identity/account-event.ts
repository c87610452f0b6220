import { type ClientInfo, type MfaEvent, type MfaEventType } from '../../mfa/index.js';
import { type User } from './user.entity.js';
import { UserSubject } from './user-subject.js';

/** The user whom an event concerns, with the client and the time. */
export interface AccountOccasion {
  readonly user: User;
  readonly client: ClientInfo;
  readonly at: Date;
}

/** An event of the account itself, without a factor. */
export function accountEvent(type: MfaEventType, { user, client, at }: AccountOccasion): MfaEvent {
  return { type, subject: new UserSubject(user), factor: null, client, at };
}
