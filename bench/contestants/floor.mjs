import { fileURLToPath } from 'node:url';
import { startChildServer } from '../../scripts/child-server.mjs';
import { createFloorTables, makeFloorKeys, openFloorSeeder } from '../seed-floor.mjs';
import { runnerOf, SECOND_STEPS } from './runner.mjs';

const SERVER = fileURLToPath(new URL('../floor.mjs', import.meta.url));

/** The floor as it is. */
export function floor(database) {
  return makeFloor({ id: 'floor', name: 'floor', works: SECOND_STEPS }, database);
}

/** It writes an audit event for each wrong code, as ours does; a right one is the same for both. */
export function auditedFloor(database) {
  const works = SECOND_STEPS.filter((id) => id.startsWith('wrong'));
  return makeFloor({ id: 'floor-audited', name: 'floor + failure event', works }, database);
}

async function makeFloor(about, { url, client, signal }) {
  const keys = makeFloorKeys();
  await createFloorTables(client);
  const auditsFailures = String(about.id === 'floor-audited');
  const env = { ...keys, DATABASE_URL: url, FLOOR_AUDITS_FAILURES: auditsFailures };
  return {
    ...about,
    start: () => startChildServer(SERVER, env, signal),
    openSeeder: () => openFloorSeeder(client, keys),
    run: runnerOf(requestTo, expectsOf),
  };
}

function requestTo({ codeOf }, login) {
  const body = { ephemeral_token: login.token, code: codeOf(login) };
  return { path: '/api/auth/login/verify/', body };
}

function expectsOf({ id }) {
  return id.startsWith('wrong')
    ? { status: 400, text: '"invalid_code"' }
    : { status: 200, text: '"access":' };
}
