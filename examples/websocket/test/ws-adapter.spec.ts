import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { WsAdapter } from '@nestjs/platform-ws';
import { expect } from 'expect';
import { WebSocket } from 'ws';
import { PaymentsGateway } from '../src/payments/payments.gateway.js';
import { TestApp } from './test-app.js';

/** What a gateway adds that is on `ws` and not on socket.io. */
class PlainGateway extends PaymentsGateway {
  handleConnection(client: { request?: IncomingMessage }, request: IncomingMessage): void {
    client.request = request;
  }
}

describe('the gateway on ws', () => {
  let app: TestApp;
  const sockets: WebSocket[] = [];

  async function connect(token?: string): Promise<WebSocket> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(app.url.replace('http', 'ws'), { headers });
    sockets.push(socket);
    await once(socket, 'open');
    return socket;
  }

  async function ask(socket: WebSocket, event: string, data: object = {}): Promise<unknown> {
    const answer = once(socket, 'message');
    socket.send(JSON.stringify({ event, data }));
    return JSON.parse(String((await answer)[0]));
  }

  const refusal = (code: string) => ({
    event: 'exception',
    data: expect.objectContaining({ code, status: 401 }),
  });

  before(async () => {
    app = await TestApp.start(
      (module) => module.overrideProvider(PaymentsGateway).useClass(PlainGateway),
      (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    );
    await app.register();
  });
  after(async () => {
    for (const socket of sockets) socket.terminate();
    await app.stop();
  });

  it('asks a stranger to sign in, and refuses a bad token', async () => {
    expect(await ask(await connect(), 'payments')).toEqual(refusal('not_authenticated'));
    expect(await ask(await connect('forged'), 'pay')).toEqual(refusal('token_not_valid'));
  });

  it('asks for a second factor, and refuses the next message once the session has ended', async () => {
    const token = await app.signIn();
    const socket = await connect(token);
    expect(await ask(socket, 'payments')).toEqual({ payments: [] });
    expect(await ask(socket, 'pay')).toEqual(refusal('fresh_proof_required'));
    await app.signOut(token);
    expect(await ask(socket, 'payments')).toEqual(refusal('token_not_valid'));
  });
});
