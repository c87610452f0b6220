import { type SecurityEmailKind } from '../texts/language-texts.js';

/** Security e-mails of one kind to one address in an hour. The limit is the same for every kind. */
export const SECURITY_EMAIL_LIMIT = { maxEmails: 20, windowSeconds: 3600 } as const;

/** How often mails of one kind are sent. */
export type SecurityEmailBound =
  /** Each time, but later beyond {@link SECURITY_EMAIL_LIMIT}: it changes something, or begins or ends a session. */
  | 'each_time'
  /**
   * Up to {@link SECURITY_EMAIL_LIMIT} and no more: the lock ends by itself, and a further mail
   * tells nothing new.
   */
  | 'limited'
  /** Once in the window: a further mail tells nothing new. */
  | 'once_in_window'
  /** Once for events of the same moment: one mail covers all of them. */
  | 'once_at_a_time';

/**
 * The bound of each kind. No change, no beginning or end of a session and no new password is
 * silent: its mail has the link that reverses it, and only comes later if the address has reached
 * its limit. Without limits, somebody who registers with a stranger's address could flood it with
 * mails.
 */
export const SECURITY_EMAIL_BOUNDS: Readonly<Record<SecurityEmailKind, SecurityEmailBound>> = {
  method_activated: 'each_time',
  method_deactivated: 'each_time',
  method_deleted: 'each_time',
  authenticator_added: 'each_time',
  authenticator_renamed: 'each_time',
  authenticator_removed: 'each_time',
  primary_changed: 'each_time',
  backup_code_used: 'each_time',
  backup_codes_low: 'each_time',
  backup_codes_issued: 'each_time',
  backup_codes_revoked: 'each_time',
  method_locked: 'limited',
  method_locked_for_good: 'each_time',
  account_locked: 'limited',
  session_locked: 'each_time',
  second_factor_failed: 'once_in_window',
  new_device_seen: 'each_time',
  refresh_token_reused: 'each_time',
  device_remembered: 'each_time',
  device_ended: 'each_time',
  devices_ended: 'each_time',
  device_token_reused: 'each_time',
  session_displaced: 'once_in_window',
  sessions_ended: 'each_time',
  password_changed: 'each_time',
  password_reset: 'each_time',
  email_changed: 'each_time',
  change_repudiated: 'once_at_a_time',
};
