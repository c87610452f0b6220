import { type ExecutionContext } from '@nestjs/common';
import { MediaTypeGuard } from './media-type.guard.js';

function judge(headers: Record<string, string>): boolean {
  // The guard asks the context for the request and for nothing else.
  const context = { switchToHttp: () => ({ getRequest: () => ({ headers }) }) } as ExecutionContext;
  return new MediaTypeGuard().canActivate(context);
}

describe('MediaTypeGuard', () => {
  it.each([
    { 'content-length': '2', 'content-type': 'application/json' },
    { 'content-length': '2', 'content-type': 'Application/JSON; charset=utf-8' },
    { 'transfer-encoding': 'chunked', 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-length': '0', 'content-type': 'text/plain' },
    { 'content-type': 'text/plain' },
    {},
  ])('lets %j pass', (headers) => {
    expect(judge(headers)).toBe(true);
  });

  it.each([
    { 'content-length': '2', 'content-type': 'text/plain' },
    { 'content-length': '2' },
    { 'transfer-encoding': 'chunked', 'content-type': 'application/json-patch' },
  ])('refuses %j', (headers) => {
    expect(() => judge(headers)).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
  });
});
