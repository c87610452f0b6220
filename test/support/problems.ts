import { type ProblemCode, PROBLEMS } from '../../src/mfa/index.js';
import { type Reply } from './http-client.js';

/** The members of a problem that do not follow from its code. */
export interface ProblemMembers {
  readonly errors?: Readonly<Record<string, readonly string[]>>;
  readonly retry_after?: number;
  readonly attempts_left?: number;
}

/** The status, `code` and `detail` of a problem, as in the contract. */
export type Problem = readonly [status: number, code: ProblemCode, detail: string];

export const INVALID_TOKEN: Problem = [400, 'invalid_token', 'Invalid token'];
export const USED_CODE: Problem = [
  400,
  'invalid_code',
  'This code was used already. Please wait for the next one.',
];
export const NO_SUCH_METHOD: Problem = [
  400,
  'method_not_found',
  'Requested MFA method does not exist.',
];
export const REQUIRED = ['This field is required.'];

/** Expects this problem as the answer, with these members and no others. */
export function expectProblem(
  reply: Reply,
  [status, code, detail]: Problem,
  members: ProblemMembers = {},
): void {
  expect(reply.body).toEqual({
    type: `urn:nestjs-mfa:problem:${code}`,
    title: PROBLEMS[code].title,
    status,
    detail,
    instance: reply.path,
    code,
    ...members,
  });
  const retryAfter = members.retry_after === undefined ? null : String(members.retry_after);
  const { headers } = reply;
  expect(reply.status).toBe(status);
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('retry-after')).toBe(retryAfter);
}

/** Expects the answer to refuse the body, with these texts by field. */
export function expectFaults(
  reply: Reply,
  errors: Readonly<Record<string, readonly string[]>>,
): void {
  const detail = 'Some fields of the request are missing or not valid.';
  expectProblem(reply, [400, 'validation_failed', detail], { errors });
}
