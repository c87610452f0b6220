import { PassThrough } from 'node:stream';
import { answerUnreadable } from './unreadable-requests.js';

const errorWith = (code: string) => Object.assign(new Error('client'), { code });

/** Everything written to a connection for an error. */
function answerTo(code: string, socket = new PassThrough()): string {
  let written = '';
  socket.write = (text: unknown) => (written += String(text)) !== '';
  answerUnreadable(errorWith(code), socket);
  expect(socket.destroyed).toBe(true);
  return written;
}

describe('answerUnreadable', () => {
  it('tells a client that was too slow, and hangs up', () => {
    expect(answerTo('ERR_HTTP_REQUEST_TIMEOUT')).toMatch(
      /^HTTP\/1\.1 408 Request Timeout\r\n[^]*Connection: close\r\n\r\n\{.*"code":"request_timeout"\}$/,
    );
  });

  it('says nothing to one that is gone', () => {
    expect(answerTo('ECONNRESET')).toBe('');
    expect(answerTo('HPE_INVALID_CONSTANT', new PassThrough().end())).toBe('');
  });
});
