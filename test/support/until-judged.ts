import { type Reply } from './http-client.js';

/** Retries while the line for slow hashes is full: a refused request was not judged. */
export async function untilJudged(request: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await request();
    if (reply.body.code !== 'rate_limited') return reply;
  }
}
