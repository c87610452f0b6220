#!/usr/bin/env bash
#
# pg connects to a database that only reads, where its URL asks for one that writes.
#
# `target_session_attrs=read-write` is a parameter of PostgreSQL's connection URIs, for which libpq
# refuses a standby ("session is read-only"). pg 8.23.1 passes over it without a word: it connects, and
# only the first change fails. Of `host1,host2` in such a URL it makes one name, which is not found.
# What helps: SELECT current_setting('transaction_read_only') on each new connection.
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
await db.exec('SET default_transaction_read_only = on');
const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1' });
await server.start();
const [host, port] = server.getServerConn().split(':');

const url = (hosts) => `postgres://postgres:postgres@${hosts}:${port}/postgres?target_session_attrs=read-write`;
const client = new pg.Client(url(host));
await client.connect();
const { rows } = await client.query('SHOW transaction_read_only');
const change = await client.query('CREATE TABLE t ()').catch(({ code }) => code);
await client.end();
const several = await new pg.Client(url(`${host},${host}`)).connect().catch(({ code }) => code);
await server.stop();
await db.close();
console.log(JSON.stringify({ ...rows[0], change, several }));
JS

seen=$(node look.mjs)
echo "pg 8.23.1: $seen"
[[ $seen == '{"transaction_read_only":"on","change":"25006","several":"ENOTFOUND"}' || $seen == '{"transaction_read_only":"on","change":"25006","several":"EAI_AGAIN"}' ]] ||
  { echo 'It has changed; it connected, the change was refused (25006), and several hosts were not found.'; exit 1; }
