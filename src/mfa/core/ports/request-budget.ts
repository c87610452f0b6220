/**
 * What a request draws on: `read` changes nothing, `write` may change something or make a challenge,
 * `ending` ends sessions, `renewal` renews one, `login` begins a login by a right first factor, `login_step` goes on with
 * an open one, `step_up_step` with an open step-up.
 * Each has a budget of its own: whoever holds a session of somebody cannot starve their sign-in by it.
 */
export type RequestKind =
  'read' | 'write' | 'ending' | 'renewal' | 'login' | 'login_step' | 'step_up_step';

/** A request of somebody who has proven at least a first factor. */
export interface BudgetedRequest {
  readonly kind: RequestKind;
  readonly subjectId: string;
  /**
   * The session of the access token, or the challenge of the ephemeral one: counted first, so that what
   * it asks for in vain costs its owner's others nothing. Null where the host keeps no sessions.
   */
  readonly credentialId: string | null;
  /** Where it is asked from; null: it is not known. */
  readonly ip: string | null;
}

/**
 * Port: how many requests one subject, and one session of theirs, may make. Optional; without it there
 * is no limit but those of attempts and of sending.
 */
export abstract class RequestBudget {
  /**
   * Counts a request, after its token was found good and before anything else is done with it.
   *
   * @throws {MfaError} `rate_limited` where its budget is gone
   */
  abstract spend(request: BudgetedRequest): Promise<void>;
}
