import { describeClauses } from './support/clause.js';
import { ASVS_L2_CLAUSES } from './clauses/asvs-l2.js';

describeClauses('asvs-l2', ASVS_L2_CLAUSES);
