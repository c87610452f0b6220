import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { io, type Socket } from 'socket.io-client';
import { TestApp } from './test-app.js';

const PAYMENT = { to: 'bob', amount: 5 };

describe('a gateway that asks for second factors', () => {
  let app: TestApp;
  let token = '';
  const sockets: Socket[] = [];

  async function connect(options: object = {}): Promise<Socket> {
    const socket = io(app.url, { transports: ['websocket'], forceNew: true, ...options });
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  }

  const connectWith = (access: string) => connect({ auth: { token: access } });

  /** What comes back: the answer, or the refusal, which Nest sends as the event `exception`. */
  function ask(socket: Socket, message: string, body: object = {}): Promise<object> {
    return new Promise((resolve) => {
      const settle = (answer: object) => {
        socket.off('exception', settle);
        resolve(answer);
      };
      socket.on('exception', settle);
      socket.emit(message, body, settle);
    });
  }

  const refusal = (code: string, more: object = {}) => expect.objectContaining({ code, ...more });

  before(async () => {
    app = await TestApp.start();
    await app.register();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  after(() => app.stop());

  it('asks a stranger to sign in', async () => {
    const socket = await connect();
    const signIn = refusal('not_authenticated', { status: 401, title: 'Not authenticated' });
    expect(await ask(socket, 'payments')).toEqual(signIn);
    expect(await ask(socket, 'pay', PAYMENT)).toEqual(signIn);
  });

  it('refuses a bad token', async () => {
    const socket = await connectWith('forged');
    expect(await ask(socket, 'payments')).toEqual(refusal('token_not_valid', { status: 401 }));
  });

  it('asks somebody with a password alone for a second factor', async () => {
    token = await app.signIn();
    const socket = await connectWith(token);
    expect(await ask(socket, 'payments')).toEqual({ payments: [] });
    const required = { instance: 'pay', max_age: 300, acr_values: 'urn:nestjs-mfa:acr:2' };
    expect(await ask(socket, 'pay', PAYMENT)).toEqual(refusal('fresh_proof_required', required));
  });

  it('works for somebody with two factors', async () => {
    await app.enrolApp(token);
    token = await app.signIn();
    const socket = await connectWith(token);
    expect(await ask(socket, 'pay', PAYMENT)).toEqual({ paid: PAYMENT });
    expect(await ask(socket, 'payments')).toEqual({ payments: [PAYMENT] });
  });

  it('takes the token of a header too, where a client can set one', async () => {
    const socket = await connect({ extraHeaders: { authorization: `Bearer ${token}` } });
    expect(await ask(socket, 'pay', PAYMENT)).toEqual({ paid: PAYMENT });
  });

  it('gives texts by field for a failure of its own', async () => {
    const socket = await connectWith(token);
    const errors = { amount: ['Above 0, at most 1000.'] };
    const answer = await ask(socket, 'pay', { to: 'bob', amount: 1001 });
    expect(answer).toEqual(refusal('validation_failed', { status: 400, errors }));
  });

  it('asks again on the open connection once the proof is too old', async () => {
    const socket = await connectWith(token);
    expect(await ask(socket, 'pay', PAYMENT)).toEqual({ paid: PAYMENT });
    app.clock.advance({ seconds: 301 });
    expect(await ask(socket, 'pay', PAYMENT)).toEqual(refusal('fresh_proof_required'));
    expect(await ask(socket, 'payments')).toHaveProperty('payments');
  });

  it('takes the token of a step-up with a new connection', async () => {
    const former = await connectWith(token);
    token = await app.stepUp(token);
    expect(await ask(former, 'payments')).toEqual(refusal('token_not_valid'));
    expect(await ask(await connectWith(token), 'pay', PAYMENT)).toEqual({ paid: PAYMENT });
  });

  it('refuses the next message once the session has ended', async () => {
    const socket = await connectWith(token);
    expect(await ask(socket, 'payments')).toHaveProperty('payments');
    await app.signOut(token);
    expect(socket.connected).toBe(true);
    expect(await ask(socket, 'payments')).toEqual(refusal('token_not_valid'));
    expect(await ask(socket, 'pay', PAYMENT)).toEqual(refusal('token_not_valid'));
  });
});
