interface CatalogueEntry {
  readonly status: number;
  /** Short and the same for every occurrence [RFC 9457 §3.1.3]. */
  readonly title: string;
  /** A client may show it to a person. An occurrence may replace it. */
  readonly detail: string;
}

/**
 * Every failure that a client can meet, by its code. Codes are public API: none is ever renamed or reused.
 * `docs/problems.md` has an entry for each.
 */
export const PROBLEMS = {
  invalid_credentials: {
    status: 400,
    title: 'Invalid credentials',
    detail: 'Unable to log in with provided credentials.',
  },
  validation_failed: {
    status: 400,
    title: 'Validation failed',
    detail: 'Some fields of the request are missing or not valid.',
  },
  malformed_body: { status: 400, title: 'Malformed body', detail: 'The body could not be read.' },
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    detail: 'The request is not readable as HTTP.',
  },
  invalid_token: { status: 400, title: 'Invalid token', detail: 'Invalid token' },
  invalid_code: { status: 400, title: 'Invalid code', detail: 'Invalid code' },
  method_unknown: { status: 400, title: 'Unknown method', detail: 'This is not a valid choice.' },
  method_not_found: {
    status: 400,
    title: 'Method not found',
    detail: 'Requested MFA method does not exist.',
  },
  method_exists: { status: 400, title: 'Method exists', detail: 'This method already exists' },
  too_many_authenticators: {
    status: 409,
    title: 'Too many authenticators',
    detail: 'This method holds as many authenticators as it can. Please remove one first.',
  },
  method_unchanged: {
    status: 400,
    title: 'Method unchanged',
    detail: 'Please select a new method',
  },
  method_is_primary: {
    status: 400,
    title: 'Method is primary',
    detail: 'You can only deactivate non-primary MFA method.',
  },
  delete_active_forbidden: {
    status: 400,
    title: 'Deletion forbidden',
    detail: 'Cannot delete active MFA method',
  },
  delete_primary_forbidden: {
    status: 400,
    title: 'Deletion forbidden',
    detail: 'Cannot delete primary MFA method',
  },
  delete_last_forbidden: {
    status: 400,
    title: 'Deletion forbidden',
    detail: 'Cannot delete last MFA method',
  },
  dispatch_not_supported: {
    status: 400,
    title: 'Dispatch not supported',
    detail: 'This method sends no code.',
  },
  not_authenticated: {
    status: 401,
    title: 'Not authenticated',
    detail: 'Authentication credentials were not provided.',
  },
  token_not_valid: {
    status: 401,
    title: 'Token not valid',
    detail: 'Given token not valid for any token type',
  },
  fresh_proof_required: {
    status: 401,
    title: 'Fresh proof required',
    detail: 'This needs a more recent or a stronger proof of who you are.',
  },
  forbidden: { status: 403, title: 'Forbidden', detail: 'This is not allowed.' },
  host_not_authenticated: {
    status: 401,
    title: 'Not authenticated by the application',
    detail: 'A guard of the application asks for a sign-in before this request is looked at.',
  },
  host_forbidden: {
    status: 403,
    title: 'Forbidden by the application',
    detail: 'A guard of the application does not let this request pass.',
  },
  not_found: { status: 404, title: 'Not found', detail: 'Not found.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This address does not answer that HTTP method.',
  },
  request_timeout: {
    status: 408,
    title: 'Request timeout',
    detail: 'The request did not arrive in time.',
  },
  payload_too_large: {
    status: 413,
    title: 'Payload too large',
    detail: 'The body is larger than this server reads.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send JSON or form-urlencoded.',
  },
  expectation_failed: {
    status: 417,
    title: 'Expectation failed',
    detail: 'This server meets no expectation but 100-continue.',
  },
  attempts_exhausted: {
    status: 429,
    title: 'Attempts exhausted',
    detail: 'Too many wrong codes. Please sign in again.',
  },
  method_locked: {
    status: 429,
    title: 'Method locked',
    detail: 'This method is locked after too many wrong codes.',
  },
  account_locked: {
    status: 429,
    title: 'Account locked',
    detail: 'Second factors of this account are locked after too many wrong codes.',
  },
  session_locked: {
    status: 429,
    title: 'Session locked',
    detail:
      'Too many wrong proofs came from this session, or from all of yours together. Please sign in again, or prove another factor.',
  },
  send_too_soon: {
    status: 429,
    title: 'Sent too recently',
    detail: 'A code was sent a moment ago.',
  },
  send_limit: { status: 429, title: 'Too many codes sent', detail: 'Too many codes were sent.' },
  rate_limited: { status: 429, title: 'Rate limited', detail: 'Request was throttled.' },
  headers_too_large: {
    status: 431,
    title: 'Headers too large',
    detail: 'The address and the headers are larger than this server reads.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong on our side.',
  },
  not_implemented: {
    status: 501,
    title: 'Not implemented',
    detail: 'This server does not know this HTTP method or transfer coding.',
  },
  delivery_failed: {
    status: 503,
    title: 'Delivery failed',
    detail: 'The code could not be sent. Try again or choose another method.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'A service that this server needs is not answering. Try again.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** The machine-readable code of a failure: `code` in a problem body. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What one occurrence adds to its entry in {@link PROBLEMS}. */
export interface ProblemExtras {
  /** Replaces the catalogue's `detail` for this occurrence. */
  readonly detail?: string;
  /** Texts for a person, by the name of the faulty field. */
  readonly errors?: Readonly<Record<string, readonly string[]>>;
  /** Also sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Attempts left for the challenge. */
  readonly attemptsLeft?: number;
  /** The proof that the request needs; also sent in `WWW-Authenticate` [RFC 9470 §3]. */
  readonly freshProof?: FreshProofDemand;
}

/** The proof that a request needs. */
export interface FreshProofDemand {
  /** The greatest age of the proof, in seconds. */
  readonly maxAgeSeconds: number;
  /** The weakest `acr` that is enough. */
  readonly acr: string;
}

/** A failure with a code of {@link PROBLEMS}. It is the only exception that the library throws on purpose. */
export class MfaError extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly extras: ProblemExtras = {},
    options?: ErrorOptions,
  ) {
    super(extras.detail ?? PROBLEMS[code].detail, options);
    this.name = 'MfaError';
  }

  /** The HTTP status that belongs to the code [RFC 9110 §15]. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** Narrows a caught error to a problem, and throws any other error again. */
export function problemOnly(error: unknown): MfaError {
  if (error instanceof MfaError) return error;
  throw error;
}
