import { type DataSource } from 'typeorm';

/** The type `timestamptz` among those of PostgreSQL (`pg_type`). */
const TIMESTAMPTZ = 1184;

type Parse = (text: string) => unknown;

/** What of a client of `pg` decides how it reads. */
interface ReadingClient {
  getTypeParser(type: number, format: 'text'): Parse;
  setTypeParser(type: number, format: 'text', parse: Parse): void;
}

interface ClientPool {
  on(event: 'acquire', listener: (client: ReadingClient) => void): unknown;
}

/** Of TypeORM's driver, which declares its pools as anything. */
interface PoolingDriver {
  readonly master?: ClientPool;
  readonly slaves?: readonly ClientPool[];
}

/**
 * Has every connection of a data source refuse a time that it cannot read. `pg` takes one in another
 * `DateStyle` than ISO for null, without an error, and null means "not disabled", "not locked", "not spent".
 */
export function refuseUnreadableTimes({ driver }: DataSource): void {
  // A driver of TypeORM's own for PostgreSQL: no other runs these statements.
  const { master, slaves = [] } = driver as PoolingDriver;
  const strict = new WeakSet<ReadingClient>();
  for (const pool of master === undefined ? [] : [master, ...slaves]) {
    pool.on('acquire', (client) => {
      if (strict.has(client)) return;
      strict.add(client);
      const parse = client.getTypeParser(TIMESTAMPTZ, 'text');
      client.setTypeParser(TIMESTAMPTZ, 'text', (text) => readTime(parse(text), text));
    });
  }
}

function readTime(read: unknown, text: string): Date {
  if (read instanceof Date && !Number.isNaN(read.getTime())) return read;
  throw new Error(`The database wrote a time that is none in ISO 8601: ${JSON.stringify(text)}`);
}
