/*
 * Checks the two tarballs of scripts/pack-library.mjs: their contents, their manifests (publint),
 * and whether TypeScript finds the types of each entry (attw). Needs no network.
 *
 * npm run check:package
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const tarball = join(ROOT, 'dist', `${name}-${version}.tgz`);
const withServer = join(ROOT, 'dist', `${name}-${version}-with-server.tgz`);

const EXPECTED =
  /^package\/(?:package\.json|LICENSE|[A-Z]+\.md|docs\/[\w-]+\.svg|(?:docs|docs\/decisions|examples\/\w+)\/[\w-]+\.md|dist\/mfa\/.+)$/;
const UNWANTED = /\.(?:spec\.|map$)|(?<!\.d)\.ts$/;
/** The main file of the server, and the files that it reads besides its modules. */
const SERVER = ['main.js', 'server/swagger/ui-flow.js', 'server/pages/token-form.js'].map(
  (path) => `package/dist/${path}`,
);

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, ...args) {
  execFileSync(join(ROOT, 'node_modules/.bin', program), args, { cwd: ROOT, stdio: 'inherit' });
}

/** @param {string} archive */
function pathsIn(archive) {
  const listing = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' });
  return listing.trimEnd().split('\n');
}

assert.deepEqual(
  pathsIn(tarball).filter((path) => !EXPECTED.test(path) || UNWANTED.test(path)),
  [],
  'the tarball holds the library, its manifest, its documents and nothing else',
);
const linked = [
  ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g),
];
for (const [, target] of linked) {
  assert.ok(pathsIn(tarball).includes(`package/${target}`), `the README's link to ${target} holds`);
}
for (const path of SERVER) assert.ok(pathsIn(withServer).includes(path), `${path} is there`);

run('publint', '--strict', tarball);
run('publint', '--strict', withServer);

// Handlers are exported by a pattern, which attw does not expand.
const handlers = readdirSync(join(ROOT, 'src/mfa/handlers')).map(
  (handler) => `handlers/${handler}`,
);
const entries = ['.', 'testing', ...handlers];
// The profile leaves out TypeScript's "node10", which does not support "exports". The ignored rule
// says that require() of an ES module fails: that was so before Node 20.19, the oldest version that
// package.json allows, and the application in examples/embed is CommonJS.
const leftOut = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'];
run('attw', tarball, ...leftOut, '--no-definitely-typed', '--entrypoints', ...entries);
