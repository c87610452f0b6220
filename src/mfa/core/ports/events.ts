import { type Subject } from '../../contract/handler.js';
import { type ClientInfo } from './mfa-passed.js';
import { type ChallengePurpose } from './challenge-purpose.js';

/**
 * All types of events in the audit. The names are public, as they stand in its table. The host records
 * events of its own, for example a changed password, by `AuditTrail`.
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
  'device_remembered',
  'device_ended',
  'devices_ended',
  'device_token_reused',
  'password_changed',
  'password_reset_requested',
  'password_reset',
  'email_verification_requested',
  'email_verified',
  'email_change_requested',
  'email_changed',
  'stepped_up',
  'change_repudiated',
  'user_disabled',
] as const;

/** A type of event. */
export type MfaEventType = (typeof MFA_EVENT_TYPES)[number];

/** Further facts of some events. */
export interface EventDetail {
  /** Of `backup_codes_revoked`: the number of unspent codes that died. */
  readonly codes?: number;
  /** Of `method_locked`: true when only a new set-up ends the lock. */
  readonly isForGood?: boolean;
  /** Of `second_factor_failed`: the purpose of the proof. */
  readonly purpose?: ChallengePurpose;
  /** Of `second_factor_failed`: the reason, when a genuine authenticator made the proof. */
  readonly reason?: string;
  /** Of `change_repudiated`: the change that was undone; absent when none was. */
  readonly undone?: MfaEventType;
}

/** An event of one subject's account. */
export interface MfaEvent {
  readonly type: MfaEventType;
  readonly subject: Subject;
  /** The handler's name; null when the event concerns no single factor. */
  readonly factor: string | null;
  /**
   * The object of the event: the authenticator that was proven, renamed or removed; the method that was
   * deactivated or deleted; the former primary method; the link of `password_reset_requested`; the host's
   * version of the password of `password_changed` and `password_reset`, and its change of
   * `email_change_requested` and `email_changed`; the remembered device. Only consumers get it: the audit does
   * not keep it.
   */
  readonly target?: string | undefined;
  /** The logged change by which it can be undone; absent without one. Only consumers get it. */
  readonly changeId?: string | undefined;
  /** Absent without further facts. Only consumers get it. */
  readonly detail?: EventDetail | undefined;
  /**
   * The host's session of the signed-in subject; null or absent without one. Only consumers get it.
   */
  readonly sessionId?: string | null | undefined;
  readonly at: Date;
  readonly client: ClientInfo;
}
