import { authConfigFile } from '../../support/auth-config-file.js';
import { type Clause } from '../support/clause.js';
import { refusalOf } from '../support/refusals.js';
import * as shows from '../shows/index.js';
import { NIST_OF_ANY_PRESET } from './nist.js';
import { sortedById } from './sorted-by-id.js';

const refusalOfFactor = (factor: string) =>
  refusalOf('nist-aal2', { MFA_HANDLERS: `webauthn,${factor}` });

const refusalOfProvider = (type: string) =>
  refusalOf('nist-aal2', { AUTH_CONFIG: authConfigFile(`providers: [{ type: ${type} }]`) });

const OF_THE_PRESET: readonly Clause[] = [
  {
    id: 'NIST 2.2.1',
    asks: 'people prove something that they know and something that they have',
    verdict: 'met in part',
    because:
      'a person who has set none up signs in with the password alone: nothing makes people enrol',
    show: async (server) => {
      await shows.noRouteAroundTheFactor(server);
      expect(refusalOfFactor('pin')).toContain('NIST 2.2.1');
      expect(refusalOfProvider('trusted_networks')).toContain('NIST 2.2.1');
    },
  },
  {
    id: 'NIST 2.2.2',
    asks: 'a factor that cannot be phished is on offer',
    verdict: 'met',
    show: async (server) => {
      await shows.keysResistPhishing(server);
      expect(refusalOf('nist-aal2', { MFA_HANDLERS: 'app' })).toContain('NIST 2.2.2');
    },
    seenIn: ['test/e2e/methods/webauthn.spec.ts'],
  },
  {
    id: 'NIST 2.2.3',
    asks: 'sessions end after an hour unused, and after a day',
    verdict: 'met',
    show: async (server) => {
      await shows.sessionsEndAfter({ idle: 3600, overall: 86_400 })(server);
      const long = { SESSION_IDLE_SECONDS: '3601', SESSION_MAX_SECONDS: '86401' };
      expect(refusalOf('nist-aal2', long).match(/NIST 2\.2\.3/g)).toHaveLength(2);
    },
  },
  {
    id: 'NIST 3.1.1',
    asks: 'a password is one person’s own, long enough, not a common one, and kept as a salted slow hash',
    verdict: 'met in part',
    because: 'there is no list of common passwords; only the names of their owner are refused',
    show: async (server) => {
      await shows.passwordsAreSlowHashes(server);
      await shows.shortPasswordsAreRefused(server);
      expect(refusalOfProvider('shared_password')).toContain('NIST 3.1.1');
    },
    seenIn: ['test/e2e/sign-in/registration.spec.ts', 'test/e2e/sign-in/passwords.spec.ts'],
  },
  {
    id: 'NIST 3.1.3.1',
    asks: 'codes go to a device that one person holds, and not by e-mail',
    verdict: 'met',
    show: async () => {
      expect(refusalOfFactor('email')).toContain('NIST 3.1.3.1');
      expect(refusalOfFactor('notify')).toContain('NIST 3.1.3.1');
    },
  },
  {
    id: 'NIST 3.1.3.2',
    asks: 'a sent code has six digits, ends after 10 minutes, works once, and another one refills no limit',
    verdict: 'met',
    show: async (server) => {
      await shows.textedCodesEndAndWorkOnce(server);
      await shows.anotherCodeRefillsNothing(server);
    },
    seenIn: ['src/mfa/kit/sent-code.handler.spec.ts', 'test/integration/budgets.spec.ts'],
  },
  {
    id: 'NIST 3.1.3.3',
    asks: 'a telephone number is bound like every factor, and another factor is on offer beside it',
    verdict: 'met',
    show: async (server) => {
      await shows.telephonesAreProven(server);
      expect(refusalOf('nist-aal2', { MFA_HANDLERS: 'sms' })).toContain('NIST 2.2.2');
    },
    seenIn: ['test/e2e/methods/sms.spec.ts'],
  },
  {
    id: 'NIST 3.1.4.1',
    asks: 'TOTP keys have 112 bits at least, and steps of at most two minutes',
    verdict: 'met',
    show: async (server) => {
      await shows.totpKeysAreLong(server);
      expect(refusalOf('nist-aal2', { MFA_TOTP_DEFAULT_INTERVAL: '121' })).not.toBe('');
    },
  },
  {
    id: 'NIST 3.2.2',
    asks: 'a right proof forgives the failures of the authenticators that gave it alone',
    verdict: 'met',
    show: shows.oneFactorForgivesNoOther,
    seenIn: ['test/integration/budgets.spec.ts'],
  },
  {
    id: 'NIST 3.2.9',
    asks: 'a person who sets text messages up is told their risks',
    verdict: 'left to the operator',
    because: 'no answer tells them; the preset offers no text messages unless it is told to',
  },
  {
    id: 'NIST 4.1.2.1',
    asks: 'there may be several authenticators; another is bound after a proof by those that there are, and told',
    verdict: 'met',
    show: async (server) => {
      await shows.anotherIsAddedByThoseThatThereAre(server);
      await shows.oldProofsAreRefused(server);
    },
    seenIn: [
      'test/e2e/security/security-emails.spec.ts',
      'test/e2e/security/fresh-proof-routes.spec.ts',
    ],
  },
  {
    id: 'NIST 4.2.1.1',
    asks: 'saved recovery codes have 64 random bits, are hashed, and another is issued for one that was used',
    verdict: 'met in part',
    because:
      'a used code is told and leaves the others of its set; a new set is made when its owner asks',
    show: async (server) => {
      await shows.backupCodesHaveBits(64)(server);
      await shows.backupCodesAreSlowHashes(server);
      expect(refusalOf('nist-aal2', { BACKUP_CODE_LENGTH: '12' })).toContain('NIST 4.2.1.1');
    },
    seenIn: ['test/e2e/security/security-emails.spec.ts', 'test/e2e/methods/backup-codes.spec.ts'],
  },
  {
    id: 'NIST 5.1, 5.1.1',
    asks: 'no cookie and no remembered device takes the place of a proof',
    verdict: 'met',
    show: async (server) => {
      await shows.everySignInAsksAgain(server);
      expect(refusalOf('nist-aal2', { TRUSTED_DEVICES: 'on' })).toContain('NIST 5.1.1');
    },
  },
];

/** NIST SP 800-63B-4, assurance level 2. */
export const NIST_AAL2_CLAUSES = sortedById([...OF_THE_PRESET, ...NIST_OF_ANY_PRESET]);
