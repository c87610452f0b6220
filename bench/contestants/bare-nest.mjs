import { fileURLToPath } from 'node:url';
import { startChildServer } from '../../scripts/child-server.mjs';

const SERVER = fileURLToPath(new URL('../bare-nest.mjs', import.meta.url));

/** It does no work: only its start and its memory are measured. */
export function bareNest({ url, signal }) {
  const env = { NODE_ENV: 'production', DATABASE_URL: url };
  return {
    id: 'bare-nest',
    name: 'bare Nest with TypeORM',
    works: [],
    start: () => startChildServer(SERVER, env, signal),
  };
}
