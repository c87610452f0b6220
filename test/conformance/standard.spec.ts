import { describeClauses } from './support/clause.js';
import { STANDARD_CLAUSES } from './clauses/standard.js';

describeClauses('standard', STANDARD_CLAUSES);
