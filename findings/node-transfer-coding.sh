#!/usr/bin/env bash
#
# Node's HTTP server takes a body that is packed on its way for one that is not.
#
# `Transfer-Encoding: gzip, chunked` is valid HTTP/1.1: whoever takes a message off the wire unpacks it,
# or answers 501 [RFC 9112 §6.1]. Node 20 takes the chunks apart, leaves the gzip, and reports no error:
# the application reads packed bytes, and Fastify 5.12.8 says that the JSON is not valid.
# What helps: refuse every transfer coding other than `chunked` before the body is read.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund fastify@5.12.8

cat >look.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fastify from 'fastify';

const packed = gzipSync('{"a":1}');

/** Posts the packed body, and resolves with the answer. */
async function post(port) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n' +
      `Transfer-Encoding: gzip, chunked\r\n\r\n${packed.length.toString(16)}\r\n`,
  );
  socket.write(packed);
  socket.write('\r\n0\r\n\r\n');
  return text(socket);
}

let isPacked;
const plain = createServer(async (request, response) => {
  isPacked = (await buffer(request)).equals(packed);
  response.end();
}).listen(0, '127.0.0.1');
await once(plain, 'listening');
const [, status] = (await post(plain.address().port)).split(' ');
plain.close();

const app = fastify();
app.post('/', async ({ body }) => body);
await app.listen({ port: 0, host: '127.0.0.1' });
const answer = await post(app.server.address().port);
await app.close();
console.log(JSON.stringify({ status, isPacked, fastify: answer.match(/FST_\w+/)?.[0] }));
JS

seen=$(node look.mjs)
echo "Node $(node --version): $seen"
expected='{"status":"200","isPacked":true,"fastify":"FST_ERR_CTP_INVALID_JSON_BODY"}'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
