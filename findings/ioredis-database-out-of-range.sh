#!/usr/bin/env bash
#
# ioredis works in database 0 when the database of its URL does not exist.
#
# Redis has databases 0 to 15 by default. With redis://…/99, ioredis 5.11.1 emits one `error` event
# ("DB index is out of range"), then `ready`, and every command goes to database 0, where it succeeds.
# Whoever only waits for `ready` shares keys with another application. Needs redis-server.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "$redis" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --dir "$folder" >/dev/null &
redis=$!
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ioredis@5.11.1

cat >look.mjs <<'JS'
import Redis from 'ioredis';

const path = `${process.cwd()}/redis.sock`;
const events = [];
const lost = new Redis({ path, db: 99 });
lost.on('error', ({ message }) => events.push(message));
lost.on('ready', () => events.push('ready'));
const answer = await lost.set('key', 'value');
const first = new Redis({ path, db: 0 });
console.log(JSON.stringify([events, answer, await first.get('key')]));
lost.disconnect();
first.disconnect();
JS

seen=$(node look.mjs)
echo "ioredis 5.11.1, events, the answer to SET in database 99, the key in database 0: $seen"
expected='[["ERR DB index is out of range","ready"],"OK","value"]'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
