import { describeClauses } from './support/clause.js';
import { NIST_AAL2_CLAUSES } from './clauses/nist-aal2.js';

describeClauses('nist-aal2', NIST_AAL2_CLAUSES);
