import { type SecurityEmailKind } from '../texts/language-texts.js';

/** Notices of one kind to one address in an hour, whatever the kind. */
export const SECURITY_EMAIL_LIMIT = { maxNotices: 20, windowSeconds: 3600 } as const;

/** How often people are told of one kind. */
export type SecurityEmailBound =
  /** Each time, beyond {@link SECURITY_EMAIL_LIMIT} later: it changes something, or opens or ends a session. */
  | 'each_time'
  /** {@link SECURITY_EMAIL_LIMIT}, and no more: it is a lock that ends by itself, and the next tells nothing else. */
  | 'limited'
  /** Once in the window: the next time says nothing that the first did not. */
  | 'once_in_window'
  /** Once for what happens at one moment: one mail tells of all of it. */
  | 'once_at_a_time';

/**
 * What bounds each kind. No change, no session that begins or dies, and no password that is replaced is
 * silent: its mail has the link by which it is undone, and comes later where the address has had its share. Whoever registers with a
 * stranger's address could else have as many mails sent there as a session may write.
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
  session_displaced: 'once_in_window',
  sessions_ended: 'each_time',
  password_changed: 'each_time',
  password_reset: 'each_time',
  change_repudiated: 'once_at_a_time',
};
