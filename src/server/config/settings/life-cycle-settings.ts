import { trueOrFalse, wholeNumber } from '../values/formats.js';
import { setting } from './setting.js';

/** How a process of the server starts and stops. */
export const LIFE_CYCLE_SETTINGS = [
  setting(
    'DATABASE_WAIT_SECONDS',
    { production: '60', otherwise: '0' },
    'How long a start waits for PostgreSQL; 0: one try',
    wholeNumber(0, 3600),
  ),
  setting(
    'MIGRATE_AT_START',
    'true',
    'Whether a start runs migrations; `false`: it waits for those of `npm run migrate`',
    trueOrFalse,
  ),
  setting(
    'SHUTDOWN_DELAY_SECONDS',
    '0',
    'Time between no longer being ready and refusing connections, for load balancers to notice',
    wholeNumber(0, 300),
  ),
  setting(
    'SHUTDOWN_TIMEOUT_SECONDS',
    '10',
    'How long running requests may take after that, until they are cut',
    wholeNumber(1, 300),
  ),
] as const;
