import { type ProblemCode } from '../../../mfa/index.js';

/** What is known of one request while it is answered, and told of it afterwards. */
export class RequestRecord {
  /** The handler's name, once something has happened with one factor; null until then. */
  factor: string | null = null;
  /** The problem that the request is answered with; null: with none. */
  code: ProblemCode | null = null;

  /** @param id 32 hexadecimal digits, the trace id where there is a trace */
  constructor(readonly id: string) {}
}
