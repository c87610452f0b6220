import { createHash } from 'node:crypto';
import { type ClientBase, DatabaseError } from 'pg';

/** PostgreSQL cuts names at 63 bytes; this many characters of a hash distinguish all statements. */
const NAME_LENGTH = 22;

/**
 * A change of the tables outdated the prepared statement (`0A000`), or the session no longer has it
 * (`26000`), as behind a pooler.
 */
const OUTDATED: ReadonlySet<unknown> = new Set(['0A000', '26000']);

/**
 * Makes a connection parse and plan each statement once: a statement with parameters is sent under
 * a name derived from its text, and from the second time on by that name alone.
 *
 * The connection needs a session of its own. A pooler that changes sessions between transactions
 * must support prepared statements itself, as PgBouncer does since 1.21.
 */
export function prepareStatements(client: Pick<ClientBase, 'query'>): void {
  const send: (...parameters: unknown[]) => unknown = client.query.bind(client);
  /** Part of the names: a new number makes every statement be prepared anew. */
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
  // The driver has many signatures; this function passes its arguments on unchanged.
  client.query = query as ClientBase['query'];
}

const names = new Map<string, string>();

/** The number of statements is bounded, because all are written in the sources. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, NAME_LENGTH);
    names.set(text, name);
  }
  return name;
}
