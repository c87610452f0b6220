import { type Preset } from './preset.js';
import {
  atLeast,
  atMost,
  onlyBeside,
  optionAtMost,
  slowPasswordHashes,
  withOneOf,
  withoutDevices,
  withoutFactor,
  withoutProvider,
} from './rules.js';

/** OWASP ASVS 5.0, level 2. */
export const ASVS_L2: Preset = {
  defaults: {
    END_SESSIONS_ON_FACTOR_CHANGE: 'true',
    // The norm leaves both to the operator's risk analysis [ASVS 7.3.1, 7.3.2].
    SESSION_IDLE_SECONDS: '86400',
    SESSION_MAX_SECONDS: '604800',
  },
  rules: [
    withOneOf(['app', 'email', 'notify', 'sms', 'webauthn'], 'ASVS 6.3.3'),
    withoutFactor('pin', 'ASVS 6.3.3'),
    withoutProvider('shared_password', 'ASVS 6.3.4'),
    withoutProvider('trusted_networks', 'ASVS 6.3.4'),
    onlyBeside('sms', ['app', 'webauthn'], 'ASVS 6.6.1'),
    atMost('MFA_TOTP_DEFAULT_INTERVAL', 30, 'ASVS 6.5.5'),
    optionAtMost(['app', 'period_seconds'], 30, 'ASVS 6.5.5'),
    atMost('MFA_TOTP_DEFAULT_VALID_WINDOW', 1, 'ASVS 6.5.5'),
    optionAtMost(['app', 'window_steps'], 1, 'ASVS 6.5.5'),
    // The norm asks for a fresh proof without naming an age: this one is ours.
    atMost('MFA_STEP_UP_MAX_AGE', 900, 'ASVS 7.5.1'),
    atLeast('BACKUP_CODE_HASH_COST', 10, 'ASVS 6.5.2'),
    slowPasswordHashes('ASVS 11.4.2'),
  ],
  // The norm lets a risk analysis decide what counts as a second factor.
  warnings: [withoutDevices('ASVS 6.3.3')],
};
