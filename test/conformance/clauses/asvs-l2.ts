import { refusalOf } from '../support/refusals.js';
import * as shows from '../shows/index.js';
import { asvsClauses } from './asvs-levels.js';

/** OWASP ASVS 5.0, level 2. */
export const ASVS_L2_CLAUSES = asvsClauses([
  {
    id: 'ASVS 6.3.3',
    asks: 'a second factor is asked for',
    verdict: 'met in part',
    because:
      'a person who has set none up signs in with the first factor alone: nothing makes people enrol; `TRUSTED_DEVICES=on` leaves it out on a remembered device, with a warning at start',
    show: async (server) => {
      await shows.noRouteAroundTheFactor(server);
      expect(refusalOf('asvs-l2', { MFA_HANDLERS: 'app,pin' })).toContain('ASVS 6.3.3');
    },
  },
  {
    id: 'ASVS 6.3.6',
    asks: 'e-mail is no factor',
    verdict: 'not applicable',
    because: 'only level 3 asks for it',
  },
  {
    id: 'ASVS 6.3.8',
    asks: 'answers do not tell who has an account',
    verdict: 'met in part',
    because:
      'an open registration says that a name is taken; `REGISTRATION=closed`, as in production, ends that. Level 3 asks for it',
    show: shows.strangersLearnNothing,
    seenIn: ['test/e2e/security/guessing.spec.ts'],
  },
  {
    id: 'ASVS 6.5.5',
    asks: 'sent codes end after 10 minutes, TOTP codes after 30 seconds',
    verdict: 'met in part',
    because:
      'a TOTP code is accepted one step before and after its own, for clocks that go wrong; `MFA_TOTP_DEFAULT_VALID_WINDOW=0` ends that',
    show: async (server) => {
      await shows.mailedCodesEnd(server);
      const wide = refusalOf('asvs-l2', { MFA_TOTP_DEFAULT_VALID_WINDOW: '2' });
      expect(wide).toContain('ASVS 6.5.5');
    },
  },
  {
    id: 'ASVS 6.6.1',
    asks: 'text messages go to proven numbers, beside a stronger factor, and people are told their risks',
    verdict: 'met in part',
    because: 'no answer tells people the risks: that is left to the front end',
    show: async (server) => {
      await shows.telephonesAreProven(server);
      expect(refusalOf('asvs-l2', { MFA_HANDLERS: 'sms,email' })).toContain('ASVS 6.6.1');
    },
    seenIn: ['test/e2e/methods/sms.spec.ts'],
  },
  {
    id: 'ASVS 6.6.2',
    asks: 'a sent code is good for the sign-in that asked for it',
    verdict: 'met',
    show: shows.mailedCodesBelongToOneChallenge,
    seenIn: ['src/mfa/kit/sent-code.handler.spec.ts'],
  },
  {
    id: 'ASVS 7.3.1, 7.3.2',
    asks: 'sessions end when they are not used, and after a time',
    verdict: 'met',
    show: shows.sessionsEndAfter({ idle: 86_400, overall: 604_800 }),
  },
]);
