import { type ClientInfo, type MfaEvent, type MfaEventType } from '../../mfa/index.js';
import { type User } from './user.entity.js';
import { UserSubject } from './user-subject.js';

/** Who did something to an account, from where and when; or to whom it happened. */
export interface AccountOccasion {
  readonly user: User;
  readonly client: ClientInfo;
  readonly at: Date;
}

/** An event of the account itself, in which no factor is concerned. */
export function accountEvent(type: MfaEventType, { user, client, at }: AccountOccasion): MfaEvent {
  return { type, subject: new UserSubject(user), factor: null, client, at };
}
