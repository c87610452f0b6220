import { type Type } from '@nestjs/common';
import { type HttpRequest } from '../../mfa/index.js';
import { type User } from '../identity/user.entity.js';
import { type RenewedSession } from '../sessions/sessions.service.js';

/** A request, for first factors. */
export interface FirstFactorRequest extends HttpRequest {
  /** The connection. Its address is the proxy's if there is one. */
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** One way to sign in, made of one entry of the configuration. */
export interface FirstFactor {
  /**
   * The user whom the request proves, or null, which becomes `invalid_credentials` for any reason. An
   * `MfaError` is the response itself. `authenticateBy` makes this of a Passport strategy.
   */
  authenticate(request: FirstFactorRequest): Promise<User | null>;
  /** The login form without `provider`: a DTO class, which clients see as JSON Schema. */
  readonly schema: Type<object>;
  /** Authentication method references of the proof [RFC 8176 §2]; empty: nothing is proven. */
  readonly amr: readonly string[];
  /**
   * False: the factor refuses users with an active second factor, since it cannot lead to a second step.
   */
  readonly supportsMfa: boolean;
  /** True: it has routes of its own, and `login/` does not know its name. Absent: false. */
  readonly hasOwnRoutes?: boolean;
  /**
   * Runs once, before the server listens.
   *
   * @throws {ConfigError} stops the start
   */
  onStart?(): Promise<void>;
  /** Runs at every refresh; false ends the session. Absent: the session continues. */
  isStillAllowed?(session: RenewedSession, request: FirstFactorRequest): Promise<boolean>;
}
