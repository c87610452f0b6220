import { createHash } from 'node:crypto';
import { type ClientBase, DatabaseError } from 'pg';

/** PostgreSQL cuts names at 63 bytes; so many characters of a hash tell all statements apart. */
const NAME_LENGTH = 22;

/**
 * A prepared statement that a change of the tables outdated (`0A000`), and one that the session no
 * longer has (`26000`), as behind a pooler.
 */
const OUTDATED: ReadonlySet<unknown> = new Set(['0A000', '26000']);

/**
 * Has a connection parse and plan each statement once: whatever has parameters is sent under a name
 * made of its text, and from the second time on by that name alone.
 *
 * The connection needs a session of its own. A pooler that changes sessions between transactions must
 * know prepared statements itself, as PgBouncer does since 1.21.
 */
export function prepareStatements(client: Pick<ClientBase, 'query'>): void {
  const send: (...parameters: unknown[]) => unknown = client.query.bind(client);
  /** Part of the names: under another number everything is prepared anew. */
  let generation = 0;
  const query = (first: unknown, values?: unknown, callback?: unknown): unknown => {
    if (typeof first !== 'string' || !Array.isArray(values)) return send(first, values, callback);
    const statement = { name: `${nameOf(first)}_${generation}`, text: first, values };
    const answer = send(statement, callback);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      if (error instanceof DatabaseError && OUTDATED.has(error.code)) generation += 1;
      throw error;
    });
  };
  // Of the driver's many signatures this one passes on what it is given.
  client.query = query as ClientBase['query'];
}

const names = new Map<string, string>();

/** Statements are written in the sources: their number is bounded. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, NAME_LENGTH);
    names.set(text, name);
  }
  return name;
}
