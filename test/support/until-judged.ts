import { type Reply } from './http-client.js';

/** Comes again while the line for slow hashes is full: whoever is turned away was not judged. */
export async function untilJudged(request: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await request();
    if (reply.body.code !== 'rate_limited') return reply;
  }
}
