#!/usr/bin/env bash
#
# pg reads no date where the database's DateStyle is another than ISO, and says nothing.
#
# A database may be told to write dates another way (ALTER DATABASE … SET datestyle = 'German').
# pg 8.23.1 then reads every date and timestamp as null: no error, no warning. A column that is
# NOT NULL is null in JavaScript, and "disabled_at is null" is true of a disabled account.
# What helps: SET datestyle TO ISO on each connection (options: '-c datestyle=ISO').
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
const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1' });
await server.start();
const client = new pg.Client(`postgres://postgres:postgres@${server.getServerConn()}/postgres`);
await client.connect();
const seen = {};
for (const style of ['ISO, DMY', 'German', 'SQL, MDY', 'Postgres, DMY']) {
  await client.query(`SET datestyle TO ${style}`);
  const { rows } = await client.query(`SELECT timestamptz '2026-03-04 05:06:07Z' AS at, date '2026-03-04' AS day`);
  seen[style] = Object.values(rows[0]).map((value) => (value === null ? 'null' : typeof value));
}
await client.end();
await server.stop();
await db.close();
console.log(JSON.stringify(seen));
JS

seen=$(TZ=UTC node look.mjs)
echo "pg 8.23.1: $seen"
expected='{"ISO, DMY":["object","object"],"German":["null","null"],"SQL, MDY":["null","null"],"Postgres, DMY":["null","null"]}'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
