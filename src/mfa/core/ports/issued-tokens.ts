import { type MfaEvent } from './events.js';
import { type JsonObject } from '../../contract/handler.js';
import { type RowDisplacement, type RowInsert, type RowUpdate } from './host-rows.js';

/**
 * A cookie of an answer [RFC 6265 §4.1]. The defaults are safe: scripts cannot read it, it is sent over https
 * only, and other sites send it along only by a link.
 */
export interface IssuedCookie {
  /** A token of HTTP [RFC 6265 §4.1.1]. */
  readonly name: string;
  /** Characters that a cookie cannot have are percent-encoded. */
  readonly value: string;
  /** Default `/`. */
  readonly path?: string;
  /** Absent: the answering host only, without its subdomains. */
  readonly domain?: string;
  /** Seconds. 0 deletes the cookie. Absent: until the browser is closed. */
  readonly maxAgeSeconds?: number;
  /** Default true. */
  readonly httpOnly?: boolean;
  /** Default true. Browsers accept `http://localhost` as safe. */
  readonly secure?: boolean;
  /** Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none';
}

/** The tokens of an issuer. They are not handed out yet, and not valid before their rows are written. */
export interface IssuedTokens {
  /** The body of the answer. */
  readonly body: JsonObject;
  /** Cookies of the answer. Absent: none. */
  readonly cookies?: readonly IssuedCookie[];
  /** Headers of the answer by name, except those about body and caching. Absent: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Rows that are written in the commit that spends the proof. */
  readonly rows: readonly RowInsert[];
  /** Rows that are changed in the same commit. Absent: none. */
  readonly rowUpdates?: readonly RowUpdate[];
  /** Makes room for the rows in the same commit. Absent: nothing has to. */
  readonly displacement?: RowDisplacement;
  /** Further events of the subject. They are recorded in the same commit and told after it. Absent: none. */
  readonly furtherEvents?: readonly MfaEvent[];
  /** The session that begins with the tokens, for its events. Absent: the host keeps none. */
  readonly sessionId?: string | null;
}

/** The part of {@link IssuedTokens} that is written in the commit of the proof. */
export type WrittenWithProof = Partial<
  Pick<IssuedTokens, 'rows' | 'rowUpdates' | 'displacement' | 'furtherEvents'>
>;
