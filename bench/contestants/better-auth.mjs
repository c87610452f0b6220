import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startChildServer } from '../../scripts/child-server.mjs';
import { PASSWORD } from '../works.mjs';
import { hashAlone } from './hash-alone.mjs';
import { runnerOf, SECOND_STEPS } from './runner.mjs';

const SERVER = fileURLToPath(new URL('../peer/server.mjs', import.meta.url));

/** Better Auth, which must be installed. Its migrations are a command of its own, not its start. */
export async function betterAuth({ url, client, signal }) {
  const { openPeerSeeder } = await import('../peer/seed.mjs');
  const secret = randomBytes(32).toString('base64url');
  const seed = await openPeerSeeder(client, { databaseUrl: url, secret, password: PASSWORD });
  const env = {
    NODE_ENV: 'production',
    BETTER_AUTH_TELEMETRY: '0',
    BETTER_AUTH_SECRET: secret,
    DATABASE_URL: url,
  };
  return {
    id: 'better-auth',
    name: 'Better Auth',
    works: ['sign-in', ...SECOND_STEPS],
    start: () => startChildServer(SERVER, env, signal),
    openSeeder: async () => seed,
    run: runnerOf(requestTo, expectsOf),
  };
}

/** What a sign-in of Better Auth spends on the password alone. */
export async function peerHashAlone() {
  const { openPasswordCheck } = await import('../peer/seed.mjs');
  return hashAlone('scrypt alone', await openPasswordCheck(PASSWORD));
}

/** Beside a cookie it asks for the origin of a page, as browsers send it. */
function requestTo({ id, codeOf }, login, port) {
  if (codeOf === undefined) {
    return { path: '/api/auth/sign-in/email', body: { email: login.email, password: PASSWORD } };
  }
  const route = id.endsWith('backup') ? 'verify-backup-code' : 'verify-totp';
  return {
    path: `/api/auth/two-factor/${route}`,
    headers: { Cookie: login.cookie, Origin: `http://127.0.0.1:${port}` },
    body: { code: codeOf(login) },
  };
}

function expectsOf({ id }) {
  if (id === 'sign-in') return { status: 200, text: '"twoFactorRedirect":true' };
  return id.startsWith('wrong')
    ? { status: 401, text: '"INVALID_' }
    : { status: 200, text: '"token":' };
}
