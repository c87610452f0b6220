import { setTimeout } from 'node:timers/promises';

/** The result of `work`, or a rejection after `milliseconds`. Public because the server bounds its own waits with it. */
export async function rejectAfter<Result>(
  milliseconds: number,
  work: Promise<Result>,
): Promise<Result> {
  const end = new AbortController();
  const deadline = async (): Promise<never> => {
    await setTimeout(milliseconds, undefined, { signal: end.signal });
    throw new Error(`No answer within ${milliseconds} ms.`);
  };
  try {
    return await Promise.race([work, deadline()]);
  } finally {
    end.abort();
  }
}
