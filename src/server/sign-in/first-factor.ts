import { type Type } from '@nestjs/common';
import { type HttpRequest } from '../../mfa/index.js';
import { type User } from '../identity/user.entity.js';
import { type RenewedSession } from '../sessions/sessions.service.js';

/** A request as first factors see it. */
export interface FirstFactorRequest extends HttpRequest {
  /** The connection, whose address is that of a proxy where there is one. */
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** One way to sign in, made from one entry of the configuration. */
export interface FirstFactor {
  /**
   * The user whom a request proves to be, or null, which is answered as `invalid_credentials`,
   * whatever the reason. An error of type `MfaError` is answered as itself. A Passport strategy
   * does this by `authenticateBy`.
   */
  authenticate(request: FirstFactorRequest): Promise<User | null>;
  /** The login form, beside `provider`: a DTO class, shown to clients as JSON Schema. */
  readonly schema: Type<object>;
  /** Method references of what is proven [RFC 8176 §2]; empty: nothing is. */
  readonly amr: readonly string[];
  /** False: whoever has an active second factor is refused, as this one cannot lead on to it. */
  readonly supportsMfa: boolean;
  /**
   * Runs once, before the server listens.
   *
   * @throws {ConfigError} stops the start
   */
  onStart?(): Promise<void>;
  /** Asked at every refresh; false ends the session. Absent: a session stays allowed. */
  isStillAllowed?(session: RenewedSession, request: FirstFactorRequest): Promise<boolean>;
}
