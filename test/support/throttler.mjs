import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';

/*
 * The package is CommonJS and requires Nest, which is ESM. Node does that; Jest does only from
 * Node 24.9 on. Here the package's own files run, and are given the Nest that the tests have.
 */

const require = createRequire(import.meta.url);
const modules = new Map([
  ['@nestjs/common', common],
  ['@nestjs/core', core],
]);

/** Runs a file of the package once. @returns what it exports */
function load(path) {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const exports = {};
  modules.set(path, exports);
  const requireFromThere = (name) => {
    if (name.startsWith('.')) return load(`${join(dirname(path), name)}.js`);
    return modules.get(name) ?? require(name);
  };
  new Function('exports', 'require', readFileSync(path, 'utf8'))(exports, requireFromThere);
  return exports;
}

export const { InjectThrottlerStorage, ThrottlerGuard, ThrottlerModule } = load(
  join(import.meta.dirname, '../../node_modules/@nestjs/throttler/dist/index.js'),
);
