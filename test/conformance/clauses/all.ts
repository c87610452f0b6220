import { type PresetName } from '../../../src/server/config/settings/preset-names.js';
import { type Clause } from '../support/clause.js';
import { ASVS_L2_CLAUSES } from './asvs-l2.js';
import { ASVS_L3_CLAUSES } from './asvs-l3.js';
import { NIST_AAL2_CLAUSES } from './nist-aal2.js';
import { STANDARD_CLAUSES } from './standard.js';

/** The clauses that each preset is walked through, in the order of the document. */
export const CLAUSES: Readonly<Record<PresetName, readonly Clause[]>> = {
  standard: STANDARD_CLAUSES,
  'asvs-l2': ASVS_L2_CLAUSES,
  'asvs-l3': ASVS_L3_CLAUSES,
  'nist-aal2': NIST_AAL2_CLAUSES,
};
