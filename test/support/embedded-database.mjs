import { Blob, Buffer } from 'node:buffer';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/* One embedded database in a thread of its own, because it runs in the thread that queries it. */

const { dump } = workerData;
const db = await PGlite.create(
  dump === null ? {} : { loadDataDir: new Blob([dump], { type: 'application/x-tar' }) },
);
answerInOnePiece(db);
const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 20 });
await server.start();
const copy = dump === null ? await (await db.dumpDataDir('none')).arrayBuffer() : null;
parentPort.postMessage({
  url: `postgres://postgres:postgres@${server.getServerConn()}/postgres`,
  dump: copy,
});

/** Joins the messages of an answer, because PGlite would write each one to the socket by itself. */
function answerInOnePiece(database) {
  const answer = database.execProtocolRawStream.bind(database);
  database.execProtocolRawStream = async (message, { onRawData, ...options } = {}) => {
    const pieces = [];
    await answer(message, { ...options, onRawData: (piece) => pieces.push(piece.slice()) });
    if (pieces.length > 0) onRawData?.(Buffer.concat(pieces));
  };
}
