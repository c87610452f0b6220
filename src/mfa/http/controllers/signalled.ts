import { type JsonObject } from '../../contract/handler.js';

/** What the platforms' responses have in common. */
export interface HttpResponse {
  status(code: number): unknown;
}

/** The answer of a removal: 200 with what a front end passes on, where there is something. */
export function signalled(
  signal: JsonObject | null,
  response: HttpResponse,
): JsonObject | undefined {
  if (signal === null) return undefined;
  response.status(200);
  return signal;
}
