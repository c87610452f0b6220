/*
 * Packs the library as it is published:
 *
 *   npm run pack:library                    → dist/nestjs-mfa-<version>.tgz
 *   npm run pack:library -- --with-server   → dist/nestjs-mfa-<version>-with-server.tgz
 *
 * The second also contains the reference server, which `node dist/main.js` starts.
 *
 * It compiles into a separate folder, so that no file of another build gets into the package.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { publishedManifest } from './pack-manifest.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'dist');
const FOLDER = join(OUT, 'package');
/** The README and everything that it links to. */
const DOCUMENTS = [
  ...['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  'docs',
  ...['embed', 'graphql', 'websocket'].map((example) => `examples/${example}/README.md`),
];
/** The folders of the files that the server reads besides its modules, as in nest-cli.json. */
const SERVER_ASSETS = ['server/swagger', 'server/pages'];

const withServer = process.argv.includes('--with-server');

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
function run(program, args, cwd) {
  execFileSync(program, args, { cwd, stdio: ['ignore', 2, 'inherit'] });
}

function compile() {
  const project = withServer ? 'tsconfig.build.json' : 'tsconfig.package.json';
  const output = ['--outDir', join(FOLDER, 'dist'), '--sourceMap', 'false'];
  run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project, ...output], ROOT);
  if (withServer) copyAssets();
}

function copyAssets() {
  for (const folder of SERVER_ASSETS) {
    const names = readdirSync(join(ROOT, 'src', folder)).filter((name) => name.endsWith('.js'));
    for (const name of names) {
      cpSync(join(ROOT, 'src', folder, name), join(FOLDER, 'dist', folder, name));
    }
  }
}

/**
 * Excludes the data behind tables and charts.
 *
 * @param {string} path
 */
function isForReaders(path) {
  return !path.endsWith('.json');
}

const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const manifest = publishedManifest(root, { withServer });
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
compile();
for (const document of DOCUMENTS) {
  cpSync(join(ROOT, document), join(FOLDER, document), { recursive: true, filter: isForReaders });
}
writeFileSync(join(FOLDER, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
run('npm', ['pack', '--loglevel=error'], FOLDER);
const packed = `${manifest.name}-${manifest.version}`;
const tarball = join(OUT, `${packed}${withServer ? '-with-server' : ''}.tgz`);
renameSync(join(FOLDER, `${packed}.tgz`), tarball);
console.log(`Packed ${relative(ROOT, tarball)}`);
