import { refusalOf } from '../support/refusals.js';
import * as shows from '../shows/index.js';
import { asvsClauses } from './asvs-levels.js';

/** OWASP ASVS 5.0, level 3. */
export const ASVS_L3_CLAUSES = asvsClauses([
  {
    id: 'ASVS 6.3.3',
    asks: 'one factor is hardware that cannot be phished and wants to be touched',
    verdict: 'met in part',
    because:
      'security keys are on offer and do that, but `app` is on offer beside them unless `MFA_HANDLERS=webauthn`, nothing makes people enrol, and no attestation tells hardware from a synced passkey',
    show: async (server) => {
      await shows.keysResistPhishing(server);
      expect(refusalOf('asvs-l3', { MFA_HANDLERS: 'app' })).toContain('ASVS 6.3.3');
      expect(refusalOf('asvs-l3', { TRUSTED_DEVICES: 'on' })).toContain('ASVS 6.3.3');
    },
    seenIn: ['test/e2e/methods/webauthn.spec.ts'],
  },
  {
    id: 'ASVS 6.3.6',
    asks: 'e-mail is no factor',
    verdict: 'met',
    show: async () => {
      for (const factor of ['email', 'notify']) {
        const refusal = refusalOf('asvs-l3', { MFA_HANDLERS: `webauthn,${factor}` });
        expect(refusal).toContain('ASVS 6.3.6');
      }
    },
  },
  {
    id: 'ASVS 6.3.8',
    asks: 'answers do not tell who has an account',
    verdict: 'met',
    show: async (server) => {
      await shows.strangersLearnNothing(server);
      expect((await server.post('/registration/', NEWCOMER)).status).toBe(403);
      expect(refusalOf('asvs-l3', { REGISTRATION: 'open' })).toContain('ASVS 6.3.8');
    },
    seenIn: ['test/e2e/security/guessing.spec.ts'],
  },
  {
    id: 'ASVS 6.5.5',
    asks: 'sent codes end after 10 minutes, TOTP codes after 30 seconds',
    verdict: 'met',
    show: async (server) => {
      await shows.lateCodeIs(400)(server);
      const wide = refusalOf('asvs-l3', { MFA_TOTP_DEFAULT_VALID_WINDOW: '1' });
      expect(wide).toContain('ASVS 6.5.5');
    },
  },
  {
    id: 'ASVS 6.6.1',
    asks: 'text messages are no factor',
    verdict: 'met',
    show: async () => {
      const refusal = refusalOf('asvs-l3', { MFA_HANDLERS: 'webauthn,app,sms' });
      expect(refusal).toContain('ASVS 6.6.1');
    },
  },
  {
    id: 'ASVS 6.6.2',
    asks: 'a sent code is good for the sign-in that asked for it',
    verdict: 'not applicable',
    because: 'the preset refuses every factor that sends codes',
    show: shows.noFactorSendsCodes,
  },
  {
    id: 'ASVS 7.3.1, 7.3.2',
    asks: 'sessions end when they are not used, and after a time',
    verdict: 'met',
    show: shows.sessionsEndAfter({ idle: 900, overall: 43_200 }),
  },
]);

const NEWCOMER = {
  username: 'newcomer',
  email: 'newcomer@example.org',
  password: 'correct horse battery',
};
