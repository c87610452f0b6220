/** All that people are written about. The names are those of the events, where there is one event for it. */
export const NOTICE_KINDS = [
  'method_activated',
  'method_deactivated',
  'method_deleted',
  'authenticator_added',
  'authenticator_removed',
  'primary_changed',
  'backup_code_used',
  'backup_codes_low',
  'backup_codes_issued',
  'method_locked',
  'account_locked',
  'second_factor_failed',
  'new_device_seen',
  'password_changed',
  'password_reset',
  'change_repudiated',
] as const;
