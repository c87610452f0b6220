import { type ExecutionContext } from '@nestjs/common';
import { MediaTypeGuard } from './media-type.guard.js';

function judge(headers: Record<string, string>, body?: unknown): boolean {
  // The guard reads only the request from the context.
  const context = {
    switchToHttp: () => ({ getRequest: () => ({ headers, body }) }),
  } as ExecutionContext;
  return new MediaTypeGuard().canActivate(context);
}

describe('MediaTypeGuard', () => {
  it.each([
    { 'content-length': '2', 'content-type': 'application/json' },
    { 'content-length': '2', 'content-type': 'Application/JSON; charset=utf-8' },
    { 'transfer-encoding': 'chunked', 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-length': '0', 'content-type': 'text/plain' },
    { 'content-length': '2', 'content-type': 'application/json;charset="UTF8"' },
    { 'content-length': '2', 'content-type': 'application/json; profile=x' },
    { 'content-type': 'text/plain' },
    {},
  ])('lets %j pass', (headers) => {
    expect(judge(headers)).toBe(true);
  });

  it.each([
    { 'content-length': '2', 'content-type': 'text/plain' },
    { 'content-length': '2' },
    { 'content-length': '2', 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-length': '2', 'content-type': 'application/json; a=b;Charset="utf-16"' },
    { 'transfer-encoding': 'chunked', 'content-type': 'application/json-patch' },
  ])('refuses %j', (headers) => {
    expect(() => judge(headers)).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
  });

  it.each(['\uFFFD', { a: 'x\uFFFD' }, { '\uFFFD': 1 }, { a: [{ b: null }, { c: ['\uFFFD'] }] }])(
    'refuses a body of which bytes were no text: %j',
    (body) => {
      expect(() => judge({}, body)).toThrow(expect.objectContaining({ code: 'malformed_body' }));
    },
  );

  it.each([undefined, null, 7, { a: ['\u{1F600}', 1, null, {}] }])('lets %j pass', (body) => {
    expect(judge({}, body)).toBe(true);
  });
});
