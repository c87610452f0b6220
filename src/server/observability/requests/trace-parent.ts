/** The caller's place in the trace that a request belongs to. */
export interface TraceParent {
  /** 32 hexadecimal digits in lower case. */
  readonly traceId: string;
  /** 16 hexadecimal digits in lower case. */
  readonly spanId: string;
  /** Bits; the lowest one says that the caller records the trace. */
  readonly flags: number;
}

/** The form of version 00; a later version may continue after another dash [W3C Trace Context §3.2.2]. */
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Version 00 has 55 characters; additions of later versions are not read. */
const LONGEST_HEADER = 256;
const ALL_ZERO = /^0+$/;

/**
 * Reads a `traceparent` header. Null without a valid one: then a trace begins here [W3C Trace
 * Context §3.2.2, §4.3].
 */
export function readTraceParent(header: string | string[] | undefined): TraceParent | null {
  if (typeof header !== 'string' || header.length > LONGEST_HEADER) return null;
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(header) ?? [];
  if (version === undefined || version === 'ff') return null;
  if (version === '00' && rest !== undefined) return null;
  if (ALL_ZERO.test(traceId) || ALL_ZERO.test(spanId)) return null;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}
