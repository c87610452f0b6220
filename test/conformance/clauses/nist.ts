import { type Clause } from '../support/clause.js';
import * as shows from '../shows/index.js';

/** Clauses of NIST SP 800-63B-4 that are answered the same with any preset, and with none. */
export const NIST_OF_ANY_PRESET: readonly Clause[] = [
  {
    id: 'NIST 3.1.2.2',
    asks: 'look-up secrets are asked for one by one, work once, and are hashed with a salt',
    verdict: 'met in part',
    because: 'any code of the set that is left is taken, in the order that its owner likes',
    show: async (server) => {
      await shows.codesWorkOnce(server);
      await shows.backupCodesAreSlowHashes(server);
    },
  },
  {
    id: 'NIST 3.1.4.2',
    asks: 'a TOTP code works once',
    verdict: 'met',
    show: shows.codesWorkOnce,
    seenIn: ['test/e2e/security/one-use.spec.ts'],
  },
  {
    id: 'NIST 3.1.6.2',
    asks: 'challenges of security keys have 64 random bits at least',
    verdict: 'met',
    show: shows.keyChallengesAreLong,
  },
  {
    id: 'NIST 3.1.7.2',
    asks: 'a security key that did not verify its user counts as one factor',
    verdict: 'met',
    show: shows.keysSayWhetherTheyKnewTheirPerson,
    seenIn: ['src/mfa/handlers/webauthn/judge.spec.ts'],
  },
  {
    id: 'NIST 3.2.1',
    asks: 'a factor that was lost can be put out of use at once',
    verdict: 'met',
    show: shows.lostFactorsCanBeTakenOut,
  },
  {
    id: 'NIST 3.2.2',
    asks: 'failures are limited for each authenticator, to 100 in a row at most',
    verdict: 'met',
    show: shows.failuresAddUp,
    seenIn: ['test/integration/budgets.spec.ts', 'test/architecture/documented-limits.spec.ts'],
  },
  {
    id: 'NIST 4.1',
    asks: 'it is kept when each authenticator was bound and used, and from where',
    verdict: 'met',
    show: shows.timesAreKept,
    seenIn: ['test/e2e/methods/authenticators.spec.ts', 'test/e2e/security/audit.spec.ts'],
  },
  {
    id: 'NIST 4.2.1.2',
    asks: 'recovery codes sent by e-mail end after a day, and go to confirmed addresses, of which there may be two',
    verdict: 'met in part',
    because:
      'an account has one address, and registration does not confirm it unless EMAIL_VERIFICATION says so',
    show: shows.resetLinksEnd,
    seenIn: ['test/e2e/sign-in/passwords.spec.ts'],
  },
  {
    id: 'NIST 4.2.2.2',
    asks: 'recovery takes two codes of different kinds, or one and a factor, and is told',
    verdict: 'met',
    show: async (server) => {
      await shows.resetAsksForTheFactor(server);
      await shows.recoveryTakesTwo(server);
    },
  },
  {
    id: 'NIST 4.4, 4.5',
    asks: 'an authenticator that was invalidated is of no use',
    verdict: 'met',
    show: shows.revokedMethodFailsAtOnce,
    seenIn: ['test/e2e/security/pending-logins.spec.ts'],
  },
  {
    id: 'NIST 4.6',
    asks: 'notices go to all addresses, of which there may be two, and say how to repudiate what they tell',
    verdict: 'met in part',
    because: 'an account has one address',
    show: shows.noticesCanBeRepudiated,
    seenIn: ['test/e2e/security/not-me.spec.ts'],
  },
];
