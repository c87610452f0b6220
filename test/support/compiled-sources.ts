import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { ROOT } from './documents.js';

/** The files that the sources read or resolve outside `src`. */
const BESIDE = ['node_modules', 'package.json', 'README.md'];
const BUNDLER = join(ROOT, 'scripts/bundle-server.mjs');

/**
 * The path of a source compiled to JavaScript. All sources are compiled, and the server is bundled, once
 * for the whole run, so that no process of a test does it again.
 *
 * @param source its path in the repository, for example `src/main.ts`
 */
export function compiledPath(source: string): string {
  const run = process.env['RUN_FOLDER'];
  if (run === undefined) throw new Error('The global setup has not run.');
  const folder = join(run, 'sources');
  if (!existsSync(folder)) compileInto(folder, run);
  return join(folder, source.replace(/\.ts$/, '.js'));
}

/** If several workers compile at the same time, the first to finish provides the folder. */
function compileInto(folder: string, run: string): void {
  const draft = mkdtempSync(join(run, 'draft-'));
  for (const name of BESIDE) symlinkSync(join(ROOT, name), join(draft, name));
  for (const path of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
    compile(join('src', path), draft);
  }
  execFileSync(process.execPath, [BUNDLER, join(draft, 'src')]);
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true });
  }
}

function compile(path: string, draft: string): void {
  const [from, to] = [join(ROOT, path), join(draft, path)];
  if (path.endsWith('.spec.ts') || !/\.(ts|js)$/.test(path)) return;
  mkdirSync(dirname(to), { recursive: true });
  if (path.endsWith('.js')) return cpSync(from, to);
  const { code } = transformSync(readFileSync(from, 'utf8'), {
    filename: from,
    configFile: false,
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  writeFileSync(to.replace(/\.ts$/, '.js'), code);
}
