import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A request that the server has begun to read but cannot answer yet. */
export interface HeldRequest {
  /** Sends the rest of the request. */
  release(): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>;
}

/** Sends a POST except its last byte; resolves when the server has begun to handle it. */
export async function holdRequest(url: string, body: object): Promise<HeldRequest> {
  const bytes = Buffer.from(JSON.stringify(body));
  const held = request(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': bytes.length,
      Connection: 'keep-alive',
      Expect: '100-continue',
    },
  });
  const answered = once(held, 'response');
  // `release` reports a failure; a request that is never released is cut on purpose.
  answered.catch(() => undefined);
  held.flushHeaders();
  await once(held, 'continue');
  held.write(bytes.subarray(0, -1));
  return {
    async release() {
      held.end(bytes.subarray(-1));
      // The event's first argument is the response.
      const [answer] = (await answered) as [IncomingMessage & Readable];
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: await text(answer),
      };
    },
  };
}
