import { type JsonObject } from '../../contract/handler.js';

/** The common part of the responses of Express and Fastify. */
export interface HttpResponse {
  status(code: number): unknown;
}

/** The answer to a removal: 200 with a signal for the front end, if there is one. */
export function signalled(
  signal: JsonObject | null,
  response: HttpResponse,
): JsonObject | undefined {
  if (signal === null) return undefined;
  response.status(200);
  return signal;
}
