import { Catch } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { ProblemFilter } from './problem.filter.js';

/** Answers what this library refuses as a problem; a host's own errors stay the host's. */
@Catch(MfaError)
export class MfaProblemFilter extends ProblemFilter {}
