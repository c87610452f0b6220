import { type MfaEvent } from './events.js';
import { type JsonObject } from '../../contract/handler.js';
import { type RowInsert, type RowUpdate } from './host-rows.js';

/**
 * One cookie of an answer [RFC 6265 §4.1]. What is left out is the safe choice: the browser keeps it from
 * scripts, sends it over https alone, and brings it along from no other site but by a link.
 */
export interface IssuedCookie {
  /** A token of HTTP [RFC 6265 §4.1.1]. */
  readonly name: string;
  /** What is no octet of a cookie is percent-encoded. */
  readonly value: string;
  /** Default `/`. */
  readonly path?: string;
  /** Absent: the host that answers, and none below it. */
  readonly domain?: string;
  /** Seconds; 0 deletes the cookie. Absent: until the browser ends. */
  readonly maxAgeSeconds?: number;
  /** Default true. */
  readonly httpOnly?: boolean;
  /** Default true; browsers take `http://localhost` for safe. */
  readonly secure?: boolean;
  /** Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none';
}

/** What a token issuer made: not yet handed out, and worth nothing until its rows are written. */
export interface IssuedTokens {
  /** The body of the answer. */
  readonly body: JsonObject;
  /** Set by the answer. Absent: none. */
  readonly cookies?: readonly IssuedCookie[];
  /** Headers of the answer by name, but none that speaks of its body or its caching. Absent: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Written in the commit that spends the proof: all of it happens, or none. */
  readonly rows: readonly RowInsert[];
  /** Changed in the same commit. Absent: nothing. */
  readonly rowUpdates?: readonly RowUpdate[];
  /** What else happens with them, of this subject: recorded in the same commit, told after it. Absent: nothing. */
  readonly furtherEvents?: readonly MfaEvent[];
  /** The session that begins with them, for the events that tell of it; absent: the host keeps none. */
  readonly sessionId?: string | null;
}
