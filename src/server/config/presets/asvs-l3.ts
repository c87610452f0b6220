import { ASVS_L2 } from './asvs-l2.js';
import { type Preset } from './preset.js';
import {
  atMost,
  closedRegistration,
  optionAtMost,
  withOneOf,
  withoutDevices,
  withoutFactor,
} from './rules.js';

/** OWASP ASVS 5.0, level 3, which includes level 2. */
export const ASVS_L3: Preset = {
  defaults: {
    ...ASVS_L2.defaults,
    MFA_HANDLERS: 'webauthn,app',
    // An open registration reveals which names are taken.
    REGISTRATION: 'closed',
    MFA_TOTP_DEFAULT_VALID_WINDOW: '0',
    MFA_STEP_UP_MAX_AGE: '300',
    SESSION_IDLE_SECONDS: '900',
    SESSION_MAX_SECONDS: '43200',
  },
  rules: [
    ...ASVS_L2.rules,
    withOneOf(['webauthn'], 'ASVS 6.3.3'),
    withoutFactor('email', 'ASVS 6.3.6'),
    // A destination may be a mailbox, or be shared: the server cannot tell.
    withoutFactor('notify', 'ASVS 6.3.6'),
    // Behind a remembered device the password is the only factor that is proven.
    withoutDevices('ASVS 6.3.3'),
    closedRegistration('ASVS 6.3.8'),
    withoutFactor('sms', 'ASVS 6.6.1'),
    // A step of the window is accepted for longer than its 30 seconds.
    atMost('MFA_TOTP_DEFAULT_VALID_WINDOW', 0, 'ASVS 6.5.5'),
    optionAtMost(['app', 'window_steps'], 0, 'ASVS 6.5.5'),
  ],
};
