import { enrolled } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function foreignTokensAreRefused(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  const ephemeral = await server.beginLogin(account.user);
  for (const token of [account.refresh, ephemeral]) {
    expect((await server.get('/user/', token)).status).toBe(401);
  }
  const asRefresh = await server.post('/token/refresh/', { refresh: account.access });
  expect(asRefresh.status).toBe(401);
}

export async function forgedTokensAreRefused(server: TestServer): Promise<void> {
  const { access } = await server.signUp();
  for (const header of [{ alg: 'none' }, { alg: 'HS256' }, { alg: 'ES256', jku: server.url }]) {
    expect((await server.get('/user/', withHeader(access, header))).status).toBe(401);
  }
  expect((await server.get('/user/', access)).status).toBe(200);
}

function withHeader(token: string, header: object): string {
  const [, payload, signature] = token.split('.');
  const text = JSON.stringify({ ...header, typ: 'at+jwt' });
  return `${Buffer.from(text).toString('base64url')}.${payload}.${signature}`;
}

export async function endedTokensAreRefused(server: TestServer): Promise<void> {
  const account = await server.signUp();
  server.clock.advance({ seconds: 301 });
  expect((await server.get('/user/', account.access)).status).toBe(401);
}

export async function refreshTokensRotate(server: TestServer): Promise<void> {
  const { access, refresh } = await server.signUp();
  expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
  server.clock.advance({ seconds: 20 });
  expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
  expect((await server.get('/user/', access)).status).toBe(401);
}

export async function problemsAreProblems(server: TestServer): Promise<void> {
  const reply = await server.post('/login/', {});
  expect(reply.headers.get('content-type')).toContain('application/problem+json');
  expect(reply.body.type).toBe('urn:nestjs-mfa:problem:validation_failed');
}
