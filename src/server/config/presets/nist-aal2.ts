import { type Preset } from './preset.js';
import {
  atMost,
  backupCodeBits,
  withOneOf,
  withoutDevices,
  withoutFactor,
  withoutProvider,
} from './rules.js';

/** NIST SP 800-63B-4, authentication assurance level 2. */
export const NIST_AAL2: Preset = {
  defaults: {
    MFA_HANDLERS: 'webauthn,app',
    MFA_EPHEMERAL_TOKEN_EXPIRY: '600',
    BACKUP_CODE_LENGTH: '13',
    SESSION_IDLE_SECONDS: '3600',
    SESSION_MAX_SECONDS: '86400',
  },
  rules: [
    withOneOf(['webauthn'], 'NIST 2.2.2'),
    withoutFactor('email', 'NIST 3.1.3.1'),
    // Everybody who reads a destination can answer: it is no device that one person holds.
    withoutFactor('notify', 'NIST 3.1.3.1'),
    withoutFactor('pin', 'NIST 2.2.1'),
    withoutProvider('shared_password', 'NIST 3.1.1'),
    withoutProvider('trusted_networks', 'NIST 2.2.1'),
    withoutDevices('NIST 5.1.1'),
    atMost('SESSION_IDLE_SECONDS', 3600, 'NIST 2.2.3'),
    atMost('SESSION_MAX_SECONDS', 86_400, 'NIST 2.2.3'),
    atMost('MFA_EPHEMERAL_TOKEN_EXPIRY', 600, 'NIST 3.1.3.2'),
    backupCodeBits(64, 'NIST 4.2.1.1'),
  ],
};
