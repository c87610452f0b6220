import { type Subject } from '../../contract/handler.js';
import { type ClientInfo } from './mfa-passed.js';
import { type ChallengePurpose } from './challenge-purpose.js';

/**
 * Everything that the audit records. The names are public: they stand in the audit table. What is
 * not done by the library, such as a password that changes, its host records by `AuditTrail`.
 */
export const MFA_EVENT_TYPES = [
  'login_succeeded',
  'login_challenged',
  'login_cancelled',
  'second_factor_succeeded',
  'second_factor_failed',
  'method_locked',
  'account_locked',
  'session_locked',
  'code_sent',
  'code_not_sent',
  'method_set_up',
  'method_activated',
  'method_deactivated',
  'method_deleted',
  'authenticator_added',
  'authenticator_renamed',
  'authenticator_removed',
  'primary_changed',
  'backup_code_used',
  'backup_codes_issued',
  'backup_codes_revoked',
  'login_failed',
  'logged_out',
  'new_device_seen',
  'session_ended',
  'session_displaced',
  'sessions_ended',
  'refresh_token_reused',
  'password_changed',
  'password_reset_requested',
  'password_reset',
  'email_verification_requested',
  'email_verified',
  'stepped_up',
  'change_repudiated',
  'user_disabled',
] as const;

/** What happened. */
export type MfaEventType = (typeof MFA_EVENT_TYPES)[number];

/** What some events say beyond who, what and when. */
export interface EventDetail {
  /** Of `backup_codes_revoked`: how many codes that were not spent died. */
  readonly codes?: number;
  /** Of `method_locked`: true where no time, but only a new set-up, ends the lock. */
  readonly isForGood?: boolean;
  /** Of `second_factor_failed`: what the proof was for. */
  readonly purpose?: ChallengePurpose;
  /** Of `second_factor_failed`: why a proof was refused that the authenticator itself had made. */
  readonly reason?: string;
  /** Of `change_repudiated`: what was undone; absent where nothing was. */
  readonly undone?: MfaEventType;
}

/** One thing that happened to one subject's account. */
export interface MfaEvent {
  readonly type: MfaEventType;
  readonly subject: Subject;
  /** The handler's name, or null where no single factor is concerned. */
  readonly factor: string | null;
  /**
   * What a change was made to, besides its factor: the id of the authenticator that was proven,
   * renamed or removed, of the method that was deactivated or deleted, or of the method that was
   * primary before; with `password_reset_requested` the id of the link, with
   * `password_changed` and `password_reset` what the host names the new password by. Only consumers are told; the
   * audit does not keep it.
   */
  readonly target?: string | undefined;
  /** Names the change in the log by which it can be undone; absent: it is in none. Only consumers are told. */
  readonly changeId?: string | undefined;
  /** Absent: there is nothing more to say. Only consumers are told. */
  readonly detail?: EventDetail | undefined;
  /**
   * The host's session in which a signed-in subject did it; null or absent: in none, or the host
   * keeps none. Only consumers are told.
   */
  readonly sessionId?: string | null | undefined;
  readonly at: Date;
  readonly client: ClientInfo;
}
