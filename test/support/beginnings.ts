import { type INestApplication } from '@nestjs/common';
import {
  EnrolmentService,
  type SetUpResult,
} from '../../src/mfa/core/methods/enrolment.service.js';
import { AccessTokenReader, clientOf, type JsonObject } from '../../src/mfa/index.js';
import { RegistrationController } from '../../src/server/account/registration.controller.js';
import { UsersService } from '../../src/server/identity/users.service.js';
import { FirstFactors } from '../../src/server/sign-in/first-factors.js';
import { LoginController } from '../../src/server/sign-in/login.controller.js';

/*
 * Accounts that a test only begins with, made by the server's own providers without HTTP, which takes
 * half of the CPU. They leave what requests leave: test/e2e/operations/beginnings.spec.ts.
 */

/** A user of a test, with the password in clear. */
export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The result of a sign-in without a second factor. */
export interface SignedIn {
  readonly user: TestUser;
  readonly access: string;
  readonly refresh: string;
}

/** The result of an enrolment of `app`. */
export interface EnrolledApp {
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** The data that a user of this name registers with. */
export function detailsOf(username: string): Omit<TestUser, 'id'> {
  return { username, email: `${username}@example.org`, password: 'correct horse battery' };
}

/** What controllers read of a request that the client of the tests sends. */
const REQUEST = { ip: '127.0.0.1', headers: { accept: '*/*', 'user-agent': 'node' } };

/** Registers a user. */
export async function registerWithin(
  app: INestApplication,
  details: Omit<TestUser, 'id'>,
): Promise<TestUser> {
  const controller = app.get(RegistrationController, { strict: false });
  const { user } = await controller.register(details, REQUEST);
  return { id: user.id, ...details };
}

/** Signs a user in who has no second factor. */
export async function signInWithin(app: INestApplication, user: TestUser): Promise<SignedIn> {
  const found = await app.get(UsersService, { strict: false }).findById(user.id);
  if (found === null) throw new Error('There is no such user.');
  const firstFactor = app.get(FirstFactors, { strict: false }).default;
  const request = { ...REQUEST, body: user, user: found, firstFactor };
  const answer = await app.get(LoginController, { strict: false }).login(request);
  return { user, access: String(answer['access']), refresh: String(answer['refresh']) };
}

/** Enrols `app` and confirms it. @param codeOf what the authenticator shows for a secret */
export async function enrolAppWithin(
  app: INestApplication,
  access: string,
  codeOf: (secret: string) => string,
): Promise<EnrolledApp> {
  const { setupData, backupCodes } = await enrolWithin(app, access, {
    handler: 'app',
    codeOf: (shown) => codeOf(String(shown['secret'])),
  });
  return { secret: String(setupData['secret']), backupCodes };
}

/** Enrols `email` and confirms it. @param sentCode the code of the newest mail */
export async function enrolEmailWithin(
  app: INestApplication,
  access: string,
  sentCode: () => string,
): Promise<void> {
  await enrolWithin(app, access, { handler: 'email', codeOf: sentCode });
}

/** A method, and how its owner gets the code that confirms it. */
interface Enrolment {
  readonly handler: string;
  readonly codeOf: (setupData: JsonObject) => string;
}

async function enrolWithin(
  app: INestApplication,
  access: string,
  { handler, codeOf }: Enrolment,
): Promise<SetUpResult> {
  const authorized = { headers: { authorization: `Bearer ${access}` } };
  const reader = app.get(AccessTokenReader, { strict: false });
  const actor = { ...(await reader.authenticate(authorized)), client: clientOf(REQUEST) };
  const enrolment = app.get(EnrolmentService, { strict: false });
  const result = await enrolment.setUp(actor, { handler, fields: {} });
  await enrolment.confirm(actor, { handler, proof: { code: codeOf(result.setupData) } });
  return result;
}
