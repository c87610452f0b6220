import { type Clause } from '../support/clause.js';
import * as shows from '../shows/index.js';
import { ASVS_OF_ANY_PRESET } from './asvs.js';
import { NIST_OF_ANY_PRESET } from './nist.js';
import { sortedById } from './sorted-by-id.js';

const OF_NO_PRESET: readonly Clause[] = [
  {
    id: 'RFC 4226 §7.3',
    asks: 'guessing is throttled',
    verdict: 'met',
    show: shows.failuresAddUp,
    seenIn: ['test/e2e/security/guessing.spec.ts'],
  },
  {
    id: 'RFC 4226 §7.4',
    asks: 'counters that have run ahead are found again',
    verdict: 'not applicable',
    because: 'no handler that is shipped counts; `examples/embed` has one of its own that does',
  },
  {
    id: 'RFC 6238 §5.2',
    asks: 'an accepted code is not accepted again',
    verdict: 'met',
    show: shows.codesWorkOnce,
    seenIn: ['test/e2e/security/one-use.spec.ts', 'src/mfa/handlers/app/totp.spec.ts'],
  },
  {
    id: 'RFC 6238 §6',
    asks: 'clocks may differ a little',
    verdict: 'met',
    show: shows.lateCodeIs(200),
  },
  {
    id: 'RFC 8176 §2',
    asks: '`amr` has registered values, `mfa` where two factors were',
    verdict: 'met in part',
    because:
      '`uv`, which is added where a key of `webauthn` also checked its person, is not in the registry: no value there says so',
    show: shows.accessSaysHow,
    seenIn: ['test/e2e/methods/webauthn.spec.ts'],
  },
  {
    id: 'RFC 8725 §3.1',
    asks: 'algorithms are pinned',
    verdict: 'met',
    show: shows.forgedTokensAreRefused,
    seenIn: ['test/e2e/security/tokens.spec.ts'],
  },
  {
    id: 'RFC 8725 §3.9, §3.11, §3.12',
    asks: 'each kind of token has its own `typ` and `aud`, and is good in one place alone',
    verdict: 'met',
    show: shows.foreignTokensAreRefused,
    seenIn: ['test/e2e/security/tokens.spec.ts'],
  },
  {
    id: 'RFC 9068 §2',
    asks: 'access tokens are of the type `at+jwt` and have its claims, `client_id` among them',
    verdict: 'met',
    seenIn: ['src/server/sessions/access-tokens.spec.ts'],
  },
  {
    id: 'RFC 9457 §3',
    asks: 'failures are `application/problem+json`, of a type that stays',
    verdict: 'met',
    show: shows.problemsAreProblems,
    seenIn: ['test/architecture/problems.spec.ts', 'src/mfa/http/problems/problem.filter.spec.ts'],
  },
  {
    id: 'RFC 9470 §3',
    asks: 'a proof that is too old is answered with the age and the strength that would do',
    verdict: 'met',
    show: shows.oldProofsAreAnsweredWithAChallenge,
    seenIn: ['test/e2e/sign-in/step-up.spec.ts'],
  },
  {
    id: 'RFC 9700 §4.14.2',
    asks: 'refresh tokens rotate, and reuse after a grace ends the session',
    verdict: 'met',
    show: shows.refreshTokensRotate,
    seenIn: ['test/e2e/sessions/tokens.spec.ts', 'test/e2e/security/refresh-chain.spec.ts'],
  },
  {
    id: 'WebAuthn Level 3 §7',
    asks: 'origin, RP id, type, counter, flags and owner of a credential are checked',
    verdict: 'met',
    show: shows.keysResistPhishing,
    seenIn: ['src/mfa/handlers/webauthn/judge.spec.ts', 'test/e2e/methods/webauthn.spec.ts'],
  },
  {
    id: 'OWASP MFA Cheat Sheet',
    asks: 'another code ends the one before, and sending is limited',
    verdict: 'met',
    show: async (server) => {
      await shows.anotherCodeEndsTheOneBefore(server);
      await shows.sendsAreLimited(server);
    },
    seenIn: ['test/e2e/sign-in/login-switch.spec.ts'],
  },
  {
    id: 'OWASP MFA Cheat Sheet',
    asks: 'factors change by a factor, not by a session alone',
    verdict: 'met',
    show: shows.aSessionAloneChangesNoFactor,
    seenIn: ['test/e2e/security/fresh-proof-routes.spec.ts'],
  },
  {
    id: 'OWASP MFA Cheat Sheet',
    asks: 'codes are never logged',
    verdict: 'met',
    seenIn: ['test/e2e/security/canaries.spec.ts'],
  },
];

const FACTOR_CHANGES: Clause = {
  id: 'ASVS 7.4.3',
  asks: 'other sessions can be ended when a factor has changed',
  verdict: 'met',
  show: shows.othersCanBeEndedAfterAChange,
  seenIn: ['test/e2e/sessions/sessions.spec.ts'],
};

/** The RFCs and the advice of OWASP, then what holds of other norms whatever the preset. */
export const STANDARD_CLAUSES: readonly Clause[] = [
  ...OF_NO_PRESET,
  ...sortedById([...ASVS_OF_ANY_PRESET, FACTOR_CHANGES]),
  ...NIST_OF_ANY_PRESET,
];
