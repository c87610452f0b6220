import { describeClauses } from './support/clause.js';
import { ASVS_L3_CLAUSES } from './clauses/asvs-l3.js';

describeClauses('asvs-l3', ASVS_L3_CLAUSES);
