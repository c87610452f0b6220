/**
 * The kinds of requests. `read` changes nothing, `write` may change something or make a challenge, `ending`
 * ends sessions, `renewal` renews one, `login` begins a login by a right first factor, `login_step` continues
 * an open login, `step_up_step` an open step-up. Each kind has a budget of its own, so that a stolen session
 * cannot use up the sign-ins of its owner.
 */
export type RequestKind =
  'read' | 'write' | 'ending' | 'renewal' | 'login' | 'login_step' | 'step_up_step';

/** A request by a subject who has proven at least a first factor. */
export interface BudgetedRequest {
  readonly kind: RequestKind;
  readonly subjectId: string;
  /**
   * The session of an access token, or the challenge of an ephemeral token. It is counted first, so that
   * requests beyond its budget cost the subject's other sessions nothing. Null without sessions.
   */
  readonly credentialId: string | null;
  /** The address of the client; null when it is not known. */
  readonly ip: string | null;
}

/**
 * Port: limits the requests of a subject and of each session. Optional. Without it only attempts and sends
 * are limited.
 */
export abstract class RequestBudget {
  /**
   * Counts a request, after its token is verified and before anything else.
   *
   * @throws {MfaError} `rate_limited` when a budget is used up
   */
  abstract spend(request: BudgetedRequest): Promise<void>;
}
