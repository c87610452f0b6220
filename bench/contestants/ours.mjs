import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import bcrypt from 'bcrypt';
import { startChildServer } from '../../scripts/child-server.mjs';
import { makeOurKeys, openOurSeeder, PASSWORD_HASH_COST } from '../seed-ours.mjs';
import { UsageError } from '../usage-error.mjs';
import { PASSWORD } from '../works.mjs';
import { hashAlone } from './hash-alone.mjs';
import { runnerOf, SECOND_STEPS } from './runner.mjs';

const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Of our server's settings, these alone are not the defaults of production. */
export const OUR_SETTINGS = {
  NODE_ENV: 'production',
  RATE_LIMIT_PER_MINUTE: '1000000',
  SESSION_READS_PER_MINUTE: '1000000',
  SUBJECT_READS_PER_MINUTE: '1000000',
  SESSION_WRITES_PER_MINUTE: '1000000',
  SUBJECT_WRITES_PER_MINUTE: '1000000',
  PUBLIC_URL: 'http://localhost:3000',
  // Never reached: nothing that is measured sends a mail.
  SMTP_URL: 'smtp://127.0.0.1:9',
};

/**
 * Our server as it is built.
 *
 * @throws {UsageError} when it is not built
 */
export async function ours({ url, client, signal }) {
  if (!existsSync(SERVER)) throw new UsageError('There is no built server: run `npm run build`.');
  const keys = await makeOurKeys();
  const env = { ...keys, ...OUR_SETTINGS, DATABASE_URL: url };
  return {
    id: 'ours',
    name: 'ours',
    keys,
    works: ['sign-in', ...SECOND_STEPS],
    start: (more = {}) => startChildServer(SERVER, { ...env, ...more }, signal),
    openSeeder: () => openOurSeeder(client, keys),
    run: runnerOf(requestTo, expectsOf),
  };
}

/** What a sign-in of ours spends on the password alone. */
export async function ourHashAlone() {
  const hash = await bcrypt.hash(PASSWORD, PASSWORD_HASH_COST);
  return hashAlone(`bcrypt ${PASSWORD_HASH_COST} alone`, () => bcrypt.compare(PASSWORD, hash));
}

function requestTo({ codeOf }, login) {
  if (codeOf === undefined) {
    return { path: '/api/auth/login/', body: { username: login.username, password: PASSWORD } };
  }
  const body = { ephemeral_token: login.token, code: codeOf(login) };
  return { path: '/api/auth/login/verify/', body };
}

function expectsOf({ id }) {
  if (id === 'sign-in') return { status: 200, text: '"ephemeral_token":' };
  return id.startsWith('wrong')
    ? { status: 400, text: '"invalid_code"' }
    : { status: 200, text: '"access":' };
}
