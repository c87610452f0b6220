import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pipelinedAnswers } from '../../../test/support/pipelined-requests.js';
import { createBoundedServer, MOST_REQUESTS_AT_ONCE } from './bounded-server.js';

describe('createBoundedServer', () => {
  let server: Server;
  let origin: string;
  let begun: number;
  let answer: (response: ServerResponse) => void;

  beforeEach(async () => {
    begun = 0;
    answer = (response) => response.end('ok');
    server = createBoundedServer((_request, response) => {
      begun += 1;
      answer(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A listening TCP server has an address with a port.
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  it.each(['at once', 'later'])(
    'begins ten of many that come together, answered %s',
    async (when) => {
      if (when === 'later') answer = (response) => setImmediate(() => response.end('ok'));
      const answers = await pipelinedAnswers(origin, '/', 3000);
      expect(begun).toBe(MOST_REQUESTS_AT_ONCE);
      expect(answers.map(({ status }) => status)).toEqual(Array(MOST_REQUESTS_AT_ONCE).fill(200));
      expect(answers.filter(({ isLast }) => isLast)).toEqual([answers.at(-1)]);
    },
  );

  it('answers any number over one connection that come one after the other', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let times = 0; times < 3 * MOST_REQUESTS_AT_ONCE; times++) {
      const [response]: IncomingMessage[] = await once(get(origin, { agent }), 'response');
      ports.add(response?.socket.localPort);
      await once(response?.resume() ?? server, 'end');
    }
    expect([begun, ports.size]).toEqual([3 * MOST_REQUESTS_AT_ONCE, 1]);
    agent.destroy();
  });

  it('cuts off a client that reads no answer', async () => {
    expect(server.timeout).toBeGreaterThan(0);
    expect(server.requestTimeout).toBeGreaterThan(0);
  });
});
