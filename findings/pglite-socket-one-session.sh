#!/usr/bin/env bash
#
# Several connections to PGlite's socket server are one session.
#
# pglite-socket 0.2.17 takes several connections at once (maxConnections), which looks like a pool of
# sessions. They share one: what one connection SETs holds for the others, and a prepared statement of
# one takes the name from all. A transaction alone keeps the others waiting.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17

cat >look.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 2 });
await server.start();
const url = `postgres://postgres:postgres@${server.getServerConn()}/postgres`;
const [one, other] = [new pg.Client(url), new pg.Client(url)];
await one.connect();
await other.connect();
await one.query(`SET application_name TO 'one'`);
await one.query({ name: 'statement', text: 'SELECT 1' });
const { rows } = await other.query('SHOW application_name');
const prepared = await other.query({ name: 'statement', text: 'SELECT 2' }).then(
  () => 'prepared',
  ({ message }) => message,
);
await one.end();
await other.end();
await server.stop();
await db.close();
console.log(JSON.stringify([rows[0].application_name, prepared]));
JS

seen=$(node look.mjs)
echo "@electric-sql/pglite-socket 0.2.17, what the other connection sees: $seen"
expected='["one","prepared statement \"statement\" already exists"]'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
