import { type ProblemCode } from '../../contract/errors.js';
import { type HttpRequest } from './http-request.js';

/**
 * Port: what a host knows of the requests that it answers. Optional; without it a request has no
 * name but the `trace_id` of its failure. Provide it in a global module.
 */
export abstract class RequestWatch {
  /**
   * The name under which the host logs this request, 32 hexadecimal digits [W3C Trace Context
   * §3.2.2.3]; undefined where it has none. A failure of ours tells it to the client as `trace_id`.
   */
  abstract traceIdOf(request: HttpRequest): string | undefined;
  /** Hears of the problem that a request is about to be answered with. Must not throw. */
  abstract refused(request: HttpRequest, code: ProblemCode): void;
}
