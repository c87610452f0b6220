import { wholeNumber } from '../values/formats.js';
import { setting } from './setting.js';

const requests = wholeNumber(1, 1_000_000);

/** Requests in a minute: of one address, of one session, and of one user. */
export const BUDGET_SETTINGS = [
  setting(
    'RATE_LIMIT_PER_MINUTE',
    '60',
    'Requests of one client address (IPv6: one /64; sixteen times as many of a /48) to the routes that ask for no token; `token/…` is counted apart, up to as many',
    requests,
  ),
  setting(
    'SESSION_READS_PER_MINUTE',
    '120',
    'Requests of one session that change nothing',
    requests,
  ),
  setting('SUBJECT_READS_PER_MINUTE', '240', 'The same of all sessions of one user', requests),
  setting(
    'SESSION_WRITES_PER_MINUTE',
    '30',
    'Requests of one session that may change something or make a challenge; those that end sessions, and the steps of one login, are counted apart, up to as many',
    requests,
  ),
  setting(
    'SUBJECT_WRITES_PER_MINUTE',
    '60',
    'Requests of all sessions of one user that may change something or make a challenge',
    requests,
  ),
] as const;
