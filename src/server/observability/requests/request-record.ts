import { type ProblemCode } from '../../../mfa/index.js';

/** The facts about one request, collected for its observers. */
export class RequestRecord {
  /** The handler of the last event with a factor; null before one. */
  factor: string | null = null;
  /** The problem that answers the request; null without one. */
  code: ProblemCode | null = null;

  /** @param id 32 hexadecimal digits; the trace id if there is a trace */
  constructor(readonly id: string) {}
}
