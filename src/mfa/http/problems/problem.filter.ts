import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  Logger,
  Optional,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MfaError, type ProblemCode } from '../../contract/errors.js';
import { optional, refuseMisfit, valueThat } from '../../contract/given-value.js';
import { RandomSource } from '../../contract/random.js';
import { requestOfCall } from '../requests/calls.js';
import { mediaTypeRefusal } from '../requests/media-type.guard.js';
import { type HttpRequest } from '../requests/http-request.js';
import { answerCall } from './call-answer.js';
import { problemResponse } from './problem-response.js';
import { problemOf } from './problem-of.js';
import { RequestWatch } from '../requests/request-watch.js';
import { RouteMethods } from './route-methods.js';

/** Failures of the server and not of the client. They are logged, and a `trace_id` names them. */
const LOGGED: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['internal', 'unavailable']);

/** 16 bytes, as a trace id has them [W3C Trace Context §3.2.2.3]. */
const TRACE_ID_BYTES = 16;

const TRACE_ID = optional(
  valueThat('32 hexadecimal digits', (value) => /^[0-9a-f]{32}$/i.test(String(value))),
);

/**
 * Answers every thrown value as a problem [RFC 9457], on Express and Fastify alike. An error without a
 * code becomes `internal`: the log has it under a `trace_id`, and the client gets that id alone. A resolver
 * of GraphQL gives the members of the problem as `extensions` of its error, a gateway as an `exception`.
 */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly random: RandomSource,
    private readonly routes: RouteMethods,
    @Optional() private readonly watch?: RequestWatch,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() === 'http') this.answerRequest(thrown, host);
    else this.answerOtherCall(problemOf(thrown), host);
  }

  private answerOtherCall(problem: MfaError, host: ArgumentsHost): void {
    const request = requestOfCall(host);
    if (request !== null) this.watch?.refused(request, problem.code);
    answerCall(host, problem, this.log(problem, request));
  }

  private answerRequest(thrown: unknown, host: ArgumentsHost): void {
    const { httpAdapter: adapter } = this.adapterHost;
    const http = host.switchToHttp();
    const response: unknown = http.getResponse();
    const request = http.getRequest<HttpRequest>();
    const { path, method } = this.targetOf(request);
    const allowed = this.routes.allowedAt(path);
    const problem = withMediaTypeNamed(
      withMethodChecked(problemOf(thrown), method, allowed),
      request,
    );
    this.watch?.refused(request, problem.code);
    const traceId = this.log(problem, request);
    if (adapter.isHeadersSent(response) === true) {
      adapter.end(response);
      return;
    }
    const { status, headers, body } = problemResponse(
      problem,
      { instance: path, traceId },
      allowed,
    );
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
    adapter.reply(response, body, status);
  }

  private targetOf(request: unknown): { path: string; method: string } {
    const { httpAdapter: adapter } = this.adapterHost;
    const url = String(adapter.getRequestUrl(request));
    return { path: url.replace(/[?#].*$/s, ''), method: String(adapter.getRequestMethod(request)) };
  }

  /** Logs neither body nor headers, which may contain secrets. @returns the trace id, or null */
  private log(problem: MfaError, request: HttpRequest | null): string | null {
    if (!LOGGED.has(problem.code)) return null;
    const given = request === null ? undefined : this.givenTraceId(request);
    const traceId = given ?? this.randomTraceId();
    const origin = problem.cause ?? problem;
    const stack = origin instanceof Error ? origin.stack : undefined;
    this.logger.error(`${problem.code}, trace_id ${traceId}`, stack ?? typeof origin);
    return traceId;
  }

  /** A fault of the port does not prevent the answer. */
  private givenTraceId(request: HttpRequest): string | undefined {
    const traceId = this.watch?.traceIdOf(request);
    try {
      refuseMisfit('RequestWatch.traceIdOf', traceId, TRACE_ID);
      return traceId;
    } catch (misfit) {
      this.logger.error(String(misfit));
      return undefined;
    }
  }

  private randomTraceId(): string {
    return this.random.nonce(TRACE_ID_BYTES).toString('hex');
  }
}

/** Answers the library's own refusals as problems and leaves other errors to the host. */
@Catch(MfaError)
export class MfaProblemFilter extends ProblemFilter {}

/** Routers answer 404 for a path that exists without this method. */
function withMethodChecked(problem: MfaError, method: string, allowed: readonly string[]) {
  const isWrongMethod =
    problem.code === 'not_found' && allowed.length > 0 && !allowed.includes(method);
  if (!isWrongMethod) return problem;
  return new MfaError('method_not_allowed', { detail: `Method "${method}" not allowed.` });
}

/** Body parsers refuse a media type without naming it, or misread the body as another type. */
function withMediaTypeNamed(problem: MfaError, request: HttpRequest): MfaError {
  if (problem.code !== 'unsupported_media_type' && problem.code !== 'malformed_body')
    return problem;
  return mediaTypeRefusal(request) ?? problem;
}
