import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({}, { sendsMail: true });
});
afterAll(() => server.stop());

/** `fetch` does not let a test choose the Host. */
async function statusFor(path: string, host: string): Promise<number | undefined> {
  const sent = request(new URL(path, server.url), { headers: { host } });
  sent.end();
  // Of the event's arguments the first is the answer.
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe.each(['/dev/mailbox', '/dev/mailbox.json'])('%s', (path) => {
  it.each(['localhost:3000', 'app.localhost', '127.0.0.1:3000', '[::1]:3000'])(
    'is shown to a request that asks %s',
    async (host) => {
      expect(await statusFor(path, host)).toBe(200);
    },
  );

  it.each(['rebound.example.net:3000', 'localhost.example.net', '127.0.0.1.example.net', 'a b'])(
    'is kept from a page of elsewhere that is reached as %p',
    async (host) => {
      expect(await statusFor(path, host)).toBe(403);
    },
  );
});
