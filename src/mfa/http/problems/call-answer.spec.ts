import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { MfaError } from '../../contract/errors.js';
import { answerCall } from './call-answer.js';

const PROBLEM = new MfaError('rate_limited', { retryAfterSeconds: 7 });

function hostOf(type: string, ...args: unknown[]): ExecutionContextHost {
  const host = new ExecutionContextHost(args);
  host.setType(type);
  return host;
}

describe('the answer to a call', () => {
  it('is an error with extensions for GraphQL', () => {
    expect(() => answerCall(hostOf('graphql'), PROBLEM, 'abc')).toThrow(
      expect.objectContaining({
        message: 'Request was throttled.',
        cause: PROBLEM,
        extensions: expect.objectContaining({
          ...{ code: 'rate_limited', status: 429, retry_after: 7, trace_id: 'abc' },
        }),
      }),
    );
  });

  it.each([
    ['pay', 'pay'],
    ['pay now', 'pay%20now'],
  ])('names the message %s of a WebSocket', (message, instance) => {
    const sent: unknown[][] = [];
    const client = { emit: (...event: unknown[]) => sent.push(event) };
    answerCall(hostOf('ws', client, {}, message), PROBLEM, null);
    expect(sent).toEqual([['exception', expect.objectContaining({ instance, retry_after: 7 })]]);
    expect(sent[0]?.[1]).not.toHaveProperty('trace_id');
  });

  it('is left to Nest on another transport', () => {
    expect(() => answerCall(hostOf('rpc'), PROBLEM, null)).toThrow(PROBLEM);
  });
});
