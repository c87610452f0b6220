/*
 * Puts the compiled server, its commands and the packages that they load into a few files, because a start
 * spends half of its time on finding 3,000. What is started imports them. The library stays single files.
 *
 *   node scripts/bundle-server.mjs [FOLDER]   FOLDER has the compiled main.js; by default dist
 */
import { readFileSync, realpathSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const COMPILED = realpathSync(
  process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url)),
);
/** What people start. */
const STARTED = ['main', ...commands().map((name) => `server/commands/${name}`)];
/** All that is bundled lies in one folder, so that each part finds its old place from there. */
const CHUNKS = join(COMPILED, 'chunks');
const ON_DEMAND = 'on-demand';

/**
 * Packages that read files beside their code, and those that others ask for by names which no bundler sees:
 * of these there would be two copies.
 */
const OUTSIDE = [
  'bcrypt',
  '@node-rs/argon2',
  '@electric-sql/*',
  'swagger-ui-dist',
  '@opentelemetry/*',
  'typeorm',
  'pg',
];

/** CommonJS asks for what ES modules do not have. */
const BANNER = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
].join('\n');

// What Node keeps compiled is that of the last build.
await rm(join(COMPILED, '../.compile-cache'), { recursive: true, force: true });
await rm(CHUNKS, { recursive: true, force: true });

await build({
  entryPoints: STARTED.map((name) => ({ in: join(COMPILED, `${name}.js`), out: basename(name) })),
  outdir: CHUNKS,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Nest finds providers, and we name problems, by the names of classes.
  keepNames: true,
  // Comments alone are a third of what a start reads and keeps.
  minifyWhitespace: true,
  legalComments: 'none',
  // For `node --enable-source-maps`.
  sourcemap: true,
  sourcesContent: false,
  external: OUTSIDE,
  banner: { js: BANNER },
  plugins: [resolvePackages(), keepPlaces()],
  logLevel: 'warning',
});

for (const name of STARTED) {
  const way = '../'.repeat(name.split('/').length - 1) || './';
  await writeFile(join(COMPILED, `${name}.js`), `import '${way}chunks/${basename(name)}.js';\n`);
}

/** Those that `package.json` runs. */
function commands() {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return [...text.matchAll(/node dist\/server\/commands\/([\w-]+)\.js/g)].map(([, name]) => name);
}

/**
 * Leaves to Node what is not installed: Nest asks for its transports, for example, and works without them.
 * What is imported on demand gets the names that Node would give it; esbuild knows only `default` of
 * CommonJS.
 *
 * @returns {import('esbuild').Plugin}
 */
function resolvePackages() {
  const IS_OURS = Symbol('asked by this plugin');
  return {
    name: 'resolve-packages',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, kind, importer, resolveDir }) => {
        if (pluginData === IS_OURS || kind === 'entry-point') return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: IS_OURS });
        if (found.errors.length > 0) return { path, external: true };
        if (found.external || kind !== 'dynamic-import') return undefined;
        return { path: found.path, namespace: ON_DEMAND };
      });
      onLoad({ filter: /./, namespace: ON_DEMAND }, async ({ path }) => {
        const names = Object.keys(await import(pathToFileURL(path).href));
        return {
          contents: `export { ${names.filter(isName).join(', ')} } from ${JSON.stringify(path)};`,
          resolveDir: dirname(path),
        };
      });
    },
  };
}

/**
 * Node also gives CommonJS a name that is not one, `module.exports`.
 *
 * @param {string} text
 */
function isName(text) {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(text);
}

/**
 * A file of ours that looks for files beside it still finds them.
 *
 * @returns {import('esbuild').Plugin}
 */
function keepPlaces() {
  const ours = new RegExp(`^${escaped(COMPILED + sep)}.*\\.js$`);
  return {
    name: 'keep-places',
    setup({ onLoad }) {
      onLoad({ filter: ours }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = relative(CHUNKS, path).split(sep).join('/');
        const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return {
          contents: text.replaceAll('import.meta.url', url),
          resolveDir: dirname(path),
        };
      });
    },
  };
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
