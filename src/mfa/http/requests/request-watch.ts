import { type ProblemCode } from '../../contract/errors.js';
import { type HttpRequest } from './http-request.js';

/**
 * Port: connects problems with the host's log of requests. Optional. Without it, each logged failure gets
 * a `trace_id` of its own. Provide it in a global module.
 */
export abstract class RequestWatch {
  /**
   * The id of this request in the host's log: 32 hexadecimal digits [W3C Trace Context §3.2.2.3].
   * Undefined: it has none. A failure of the server has it as `trace_id`.
   */
  abstract traceIdOf(request: HttpRequest): string | undefined;
  /** Is called before a request is answered with a problem. It must not throw. */
  abstract refused(request: HttpRequest, code: ProblemCode): void;
}
