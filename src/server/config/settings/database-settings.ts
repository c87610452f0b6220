import { oneOf, urlOf, wholeNumber } from '../values/formats.js';
import { optional, setting } from './setting.js';

/** Parameters that choose among several servers in other drivers. Ours ignores them. */
const CHOICES_OF_SERVERS = ['target_session_attrs', 'load_balance_hosts'];

/** A URL of one PostgreSQL server: the driver takes a list of hosts for one host name with a comma. */
const oneDatabase = urlOf(['postgres', 'postgresql'], {
  takes: `: one that always leads to the primary, as the driver knows no lists of hosts, ${CHOICES_OF_SERVERS.join(' or ')}`,
  accepts: isOneServer,
});

function isOneServer({ hostname, searchParams }: URL): boolean {
  const places = [hostname, ...searchParams.getAll('host'), ...searchParams.getAll('port')];
  if (places.some((place) => /,|%2c/i.test(place))) return false;
  return !CHOICES_OF_SERVERS.some((name) => searchParams.has(name));
}

/** How the server reaches PostgreSQL. */
export const DATABASE_SETTINGS = [
  optional(
    'DATABASE_URL',
    'PostgreSQL, the one that writes; unset: the embedded database, which production refuses',
    oneDatabase,
  ),
  setting(
    'DATABASE_MAX_CONNECTIONS',
    '10',
    'Connections to PostgreSQL that one process holds at most; the embedded database has one',
    wholeNumber(1, 100),
  ),
  setting(
    'DATABASE_STATEMENT_TIMEOUT_SECONDS',
    '10',
    'How long one statement may take; 0: PostgreSQL is told no limit, behind a pooler that refuses `statement_timeout`',
    wholeNumber(0, 600),
  ),
  setting(
    'DATABASE_PREPARED_STATEMENTS',
    'on',
    '`off` behind a pooler that does not know prepared statements (PgBouncer before 1.21)',
    oneOf('on', 'off'),
  ),
] as const;
