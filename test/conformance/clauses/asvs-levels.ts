import { type Clause } from '../support/clause.js';
import * as shows from '../shows/index.js';
import { ASVS_OF_ANY_PRESET } from './asvs.js';
import { sortedById } from './sorted-by-id.js';

/**
 * Every clause of ASVS 5.0 that a second factor has to do with.
 *
 * @param own those that the levels answer differently
 */
export function asvsClauses(own: readonly Clause[]): readonly Clause[] {
  return sortedById([...ASVS_OF_ANY_PRESET, ...BY_EITHER_LEVEL, ...own]);
}

/** What a preset makes sure of, the same on both levels. */
const BY_EITHER_LEVEL: readonly Clause[] = [
  {
    id: 'ASVS 6.1.3, 6.3.4',
    asks: 'no way to sign in is weaker than the others',
    verdict: 'met',
    show: shows.noRouteAroundTheFactor,
    seenIn: ['test/e2e/security/token-routes.spec.ts'],
  },
  {
    id: 'ASVS 6.5.2',
    asks: 'look-up secrets are stored as slow hashes',
    verdict: 'met',
    show: shows.backupCodesAreSlowHashes,
    seenIn: ['test/e2e/security/at-rest.spec.ts'],
  },
  {
    id: 'ASVS 7.4.3',
    asks: 'other sessions can be ended when a factor has changed (here they are)',
    verdict: 'met',
    show: shows.factorChangesEndOthers,
    seenIn: ['test/e2e/sessions/sessions.spec.ts'],
  },
  {
    id: 'ASVS 7.5.1',
    asks: 'changes of factors take a fresh proof',
    verdict: 'met',
    show: shows.oldProofsAreRefused,
    seenIn: ['test/e2e/security/fresh-proof-routes.spec.ts'],
  },
  {
    id: 'ASVS 11.4.2',
    asks: 'passwords are slow hashes',
    verdict: 'met',
    show: shows.passwordsAreSlowHashes,
  },
];
