import { once } from 'node:events';
import { Buffer } from 'node:buffer';
import pg from 'pg';

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Fills a table by COPY.
 *
 * @param {{client: import('pg').Client, signal: AbortSignal}} database
 * @param {string} target a table and its columns
 * @param {Iterable<(string | number)[]>} rows values as COPY's text format has them
 */
export function copyRows({ client, signal }, target, rows) {
  return new Promise((resolve, reject) => {
    const done = (error) => (error ? reject(error) : resolve());
    client.query(new CopyQuery(`COPY ${target} FROM STDIN`, { rows, signal }, done));
  });
}

/** A query that answers the server's wish for data, which `pg` itself refuses. */
class CopyQuery extends pg.Query {
  constructor(text, data, done) {
    super({ text }, done);
    this.data = data;
  }

  handleCopyInResponse(connection) {
    this.send(connection).then(
      () => connection.endCopyFrom(),
      (error) => connection.sendCopyFail(error.message),
    );
  }

  async send(connection) {
    for (const chunk of chunksOf(this.data.rows)) {
      this.data.signal.throwIfAborted();
      connection.sendCopyFromChunk(Buffer.from(chunk));
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
  }
}

function* chunksOf(rows) {
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.join('\t')}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
