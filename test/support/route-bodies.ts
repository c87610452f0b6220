import { type Reply } from './http-client.js';
import { type ApiRoute } from './openapi-routes.js';
import { type EnrolledApp, type SignedIn, type TestServer } from './server.js';

/** The materials for requests to routes. */
export interface Materials {
  readonly account: SignedIn;
  readonly app: EnrolledApp;
  /** The ephemeral token of an open login. */
  readonly login: string;
  readonly code: string;
}

/** The same, with the tokens of mails and step-ups. */
export interface EveryMaterial extends Materials {
  /** The ephemeral token of an open step-up. */
  readonly stepUp: string;
  /** The token of a mail that resets the password. */
  readonly reset: string;
  /** The token of a "this was not me" link. */
  readonly notMe: string;
}

/** A valid body for every route that takes one. */
export const BODIES: Readonly<Record<string, (given: EveryMaterial) => object>> = {
  '/api/auth/registration': () => ({
    username: 'newcomer',
    email: 'newcomer@example.org',
    password: 'correct horse battery',
  }),
  '/api/auth/login': ({ account: { user } }) => ({
    username: user.username,
    password: user.password,
  }),
  '/api/auth/login/verify': ({ login, code }) => ({ ephemeral_token: login, code }),
  '/api/auth/login/change-method': ({ login }) => ({ ephemeral_token: login, new_method: 'email' }),
  '/api/auth/login/resend': ({ login }) => ({ ephemeral_token: login }),
  '/api/auth/login/cancel': ({ login }) => ({ ephemeral_token: login }),
  '/api/auth/mfa': () => ({ method: 'email' }),
  '/api/auth/mfa/confirm': ({ code }) => ({ method: 'app', code }),
  '/api/auth/mfa/primary': () => ({ method: 'app' }),
  '/api/auth/mfa/deactivate': ({ code }) => ({ method: 'app', code }),
  '/api/auth/mfa/delete': ({ code }) => ({ method: 'app', code }),
  '/api/auth/mfa/send': () => ({ method: 'app' }),
  '/api/auth/mfa/challenge': () => ({ method: 'app' }),
  '/api/auth/mfa/authenticators/{id}': () => ({ label: 'Phone' }),
  '/api/auth/mfa/backup-codes': ({ code }) => ({ code }),
  '/api/auth/step-up': () => ({ method: 'app' }),
  '/api/auth/step-up/verify': ({ stepUp, code }) => ({ ephemeral_token: stepUp, code }),
  '/api/auth/password/change': ({ account: { user } }) => ({
    old_password: user.password,
    new_password: 'another horse battery',
  }),
  '/api/auth/password/reset': ({ account: { user } }) => ({ email: user.email }),
  '/api/auth/password/reset/confirm': ({ reset }) => ({
    token: reset,
    new_password: 'another horse battery',
  }),
  '/api/auth/repudiate': ({ notMe }) => ({ token: notMe }),
  '/api/auth/token/refresh': ({ account }) => ({ refresh: account.refresh }),
  '/api/auth/token/verify': ({ account }) => ({ token: account.access }),
  '/api/auth/logout': ({ account }) => ({ refresh: account.refresh }),
};

/** A user whose `app` is active, in the middle of a login. */
export async function prepareMaterials(server: TestServer): Promise<Materials> {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  const login = await server.beginLogin(account.user);
  return { account, app, login, code: server.totp(app.secret) };
}

/** As {@link prepareMaterials}, in the middle of a step-up and a password reset too. */
export async function prepareEveryMaterial(server: TestServer): Promise<EveryMaterial> {
  const materials = await prepareMaterials(server);
  const { user, access } = materials.account;
  await server.post('/password/reset/', { email: user.email });
  const { body } = await server.post('/step-up/', {}, access);
  await server.deliverEvents();
  return {
    ...materials,
    stepUp: body.ephemeral_token,
    reset: mailedToken(server, user.email, '/account/reset-password'),
    notMe: mailedToken(server, user.email, '/account/not-me'),
  };
}

/** The token after the `#` of the newest mailed link to a page. @throws {Error} when none was mailed */
export function mailedToken(server: TestServer, to: string, path: string): string {
  const link = new RegExp(`${path}#(\\S+)`);
  const texts = server.inbox.messages.filter((mail) => mail.to === to).map(({ text }) => text);
  const token = link.exec(texts.findLast((text) => link.test(text)) ?? '')?.[1];
  if (token === undefined) throw new Error(`No link to ${path} was mailed.`);
  return token;
}

/** Calls a route with a valid request of this user. */
export function callRoute(
  server: TestServer,
  { method, path, takesBody }: ApiRoute,
  given: EveryMaterial,
): Promise<Reply> {
  const headers = { authorization: `Bearer ${given.account.access}` };
  if (!takesBody) return server.send(method, `/${path}`, { headers });
  const body = BODIES[path];
  if (body === undefined) throw new Error(`Say in BODIES what ${path} takes.`);
  return server.send(method, `/${path}`, {
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body(given)),
  });
}
