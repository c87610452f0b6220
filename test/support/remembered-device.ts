import { type Reply } from './http-client.js';
import { type EnrolledApp, type SignedIn, type TestServer } from './server.js';

/** The setting under which devices are remembered. */
export const WITH_DEVICES = { TRUSTED_DEVICES: 'on' };

/** The events of remembered devices. */
export const DEVICE_EVENTS = [
  'device_remembered',
  'device_ended',
  'devices_ended',
  'device_token_reused',
] as const;

/** Somebody with `app`, who has just signed in with it and has the device remembered. */
export interface Remembered extends SignedIn {
  readonly app: EnrolledApp;
  /** The token of the device. */
  readonly device: string;
}

/** A new account whose device is remembered. */
export async function signUpOnDevice(server: TestServer): Promise<Remembered> {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  return remember(server, { ...account, app });
}

/** Signs somebody in by `app` and has another device remembered. */
export async function remember(
  server: TestServer,
  person: Omit<Remembered, 'device'>,
): Promise<Remembered> {
  server.clock.advance({ seconds: 30 });
  const { body } = await verifyOnDevice(server, person, server.totp(person.app.secret));
  const { access, refresh, trusted_device } = body;
  return { ...person, access, refresh, device: trusted_device.token };
}

/** Ends a login by a code, with the wish to have the device remembered. */
export async function verifyOnDevice(
  server: TestServer,
  { user }: Pick<SignedIn, 'user'>,
  code: string | undefined,
  remember_device: unknown = true,
): Promise<Reply> {
  const ephemeral_token = await server.beginLogin(user);
  return server.post('/login/verify/', { ephemeral_token, code, remember_device });
}

/** Signs in with the password and the token of a device. */
export function loginOnDevice(
  server: Pick<TestServer, 'post'>,
  { username, password }: Pick<SignedIn['user'], 'username' | 'password'>,
  trusted_device: unknown,
): Promise<Reply> {
  return server.post('/login/', { username, password, trusted_device });
}

/** The rows of somebody's devices. */
export function deviceRows(
  server: TestServer,
  { id }: Pick<SignedIn['user'], 'id'>,
): Promise<Readonly<Record<string, unknown>>[]> {
  return server.dataSource.query('SELECT * FROM mfa_devices WHERE user_id = $1', [id]);
}

/** The {@link DEVICE_EVENTS} in the audit of somebody, in order. */
export async function deviceEventsOf(
  server: TestServer,
  { id }: Pick<SignedIn['user'], 'id'>,
): Promise<string[]> {
  const rows = await server.dataSource.query<{ type: string }[]>(
    'SELECT type FROM mfa_events WHERE user_id = $1 AND type = ANY($2) ORDER BY seq',
    [id, [...DEVICE_EVENTS]],
  );
  return rows.map(({ type }) => type);
}
