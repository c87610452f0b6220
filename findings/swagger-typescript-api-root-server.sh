#!/usr/bin/env bash
#
# A client of swagger-typescript-api sends its requests to another host where the server is "/".
#
# OpenAPI 3.0 (§4.7.1.1) has "/" for a document that names no server, and a document may say so itself.
# swagger-typescript-api 13.13.0 then puts the path behind it: "/" and "/login" are "//login", which is no
# path but an address without its scheme (RFC 3986 §4.2). A browser on app.example.org asks the host
# `login`. Without the servers, or with an absolute one, the path is right.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund swagger-typescript-api@13.13.0 typescript@5.9.3

cat >look.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { generateApi } from 'swagger-typescript-api';
import ts from 'typescript';

const operation = { operationId: 'login', responses: { 204: { description: 'Done.' } } };
const document = {
  openapi: '3.0.3',
  info: { title: 'Example', version: '1' },
  paths: { '/login': { post: operation } },
};
const seen = {};
for (const [name, servers] of Object.entries({ none: undefined, root: [{ url: '/' }] })) {
  const spec = { ...document, ...(servers && { servers }) };
  const { files } = await generateApi({ spec, output: false, silent: true, fileName: 'api.ts' });
  const { outputText } = ts.transpileModule(files[0].fileContent, {
    compilerOptions: { module: 'ESNext', target: 'ES2022' },
  });
  writeFileSync(`${name}.mjs`, outputText);
  const { Api } = await import(`./${name}.mjs`);
  let asked;
  const api = new Api({
    customFetch: async (url) => {
      asked = url;
      return new Response(null, { status: 204 });
    },
  });
  await (api.login.login ?? api.login)();
  seen[name] = [asked, new URL(asked, 'https://app.example.org').host];
}
console.log(JSON.stringify(seen));
JS

seen=$(node look.mjs)
echo "swagger-typescript-api 13.13.0, what is asked for, and which host: $seen"
expected='{"none":["/login","app.example.org"],"root":["//login","login"]}'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
