/*
 * Puts the compiled server and the packages that it loads into a few files, because a start spends half
 * of its time on finding 3,000. `dist/main.js` becomes their entry; the commands and the library stay
 * single files.
 */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'dist');
const CHUNKS = 'chunks';
const ON_DEMAND = 'on-demand';

/** Packages that read files beside their code, or have something of one process that two copies would not share. */
const OUTSIDE = [
  'bcrypt',
  '@node-rs/argon2',
  '@electric-sql/*',
  'swagger-ui-dist',
  '@opentelemetry/*',
];

/** CommonJS asks for what ES modules do not have. */
const BANNER = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
].join('\n');

// What Node keeps compiled is that of the last build.
await rm(join(ROOT, '.compile-cache'), { recursive: true, force: true });

await build({
  entryPoints: [join(OUTPUT, 'main.js')],
  outdir: OUTPUT,
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: `${CHUNKS}/[name]-[hash]`,
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
  const ours = new RegExp(`^${escaped(OUTPUT + sep)}.*\\.js$`);
  return {
    name: 'keep-places',
    setup({ onLoad }) {
      onLoad({ filter: ours }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = relative(join(OUTPUT, CHUNKS), path).split(sep).join('/');
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
