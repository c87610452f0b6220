import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createScriptTransformer } from '@jest/transform';

/** Node's hooks for the modules of a test: Jest's transform, with its cache and its coverage. */

let transformer;
let options;

export async function initialize({ config, coverage }) {
  transformer = await createScriptTransformer(config, new Map());
  options = {
    ...coverage,
    supportsDynamicImport: true,
    supportsExportNamespaceFrom: true,
    supportsStaticESM: true,
    supportsTopLevelAwait: true,
  };
}

const GLOBALS = new URL('globals.mjs', import.meta.url).href;

/** Imports name the `.js` that a build makes; here its `.ts` is taken. */
export async function resolve(specifier, context, nextResolve) {
  if (specifier === '@jest/globals') return { url: GLOBALS, shortCircuit: true };
  const isOurs = specifier.startsWith('.') && /\.ts($|\?)/.test(context.parentURL ?? '');
  return nextResolve(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!/\.ts($|\?)/.test(url)) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const { code, sourceMapPath } = await transformer.transformAsync(path, options);
  return { format: 'module', source: code + (await inlined(sourceMapPath)), shortCircuit: true };
}

async function inlined(sourceMapPath) {
  if (sourceMapPath === null) return '';
  const map = await readFile(sourceMapPath, 'base64');
  return `\n//# sourceMappingURL=data:application/json;base64,${map}`;
}
