import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../support/documents.js';
import {
  DEPENDENCIES,
  type Manifest,
  OPTIONAL_PEERS,
  PEERS,
  publishedManifest,
} from '../../scripts/pack-manifest.mjs';

/** What of a package.json matters here. */
interface RootManifest extends Manifest {
  readonly private?: boolean;
}

// npm's own file, read to be checked here.
const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RootManifest;
const manifest = publishedManifest(root);

/** What the library compiles to, by path from the folder of the build. */
const emitted = new Map<string, string>();
const faults = compileLibrary();

/** Fills {@link emitted}. @returns what keeps a type from being written down for others */
function compileLibrary(): string[] {
  const path = join(ROOT, 'tsconfig.package.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(fileNames, { ...options, sourceMap: false });
  const { diagnostics } = program.emit(undefined, (file, text) => {
    emitted.set(file.slice(ROOT.length + 1), text);
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** Modules that a file takes from elsewhere; a reference to types means something in `.d.ts` alone. */
function importsOf(path: string): string[] {
  const text = emitted.get(path) ?? '';
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
  const references = path.endsWith('.d.ts') ? typeReferenceDirectives : [];
  return [...importedFiles, ...references].map(({ fileName }) => fileName);
}

/** The packages among them, each once. */
function packagesAmong(specifiers: readonly string[]): string[] {
  const bare = specifiers.filter(
    (specifier) => !specifier.startsWith('.') && !isBuiltin(specifier),
  );
  const names = bare.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  return [...new Set(names)].sort();
}

/** The declarations that the compiler reads for whoever imports these entries. */
function typesFrom(...entries: string[]): string[] {
  const paths = new Set(
    entries.map((entry) => normalize(manifest.exports[entry]?.['types'] ?? '')),
  );
  // What is added on the way is walked as well.
  for (const path of paths) {
    for (const specifier of importsOf(path).filter((name) => name.startsWith('.'))) {
      paths.add(join(dirname(path), specifier.replace(/\.js$/, '.d.ts')));
    }
  }
  return [...paths];
}

describe('the published manifest', () => {
  it('names every package that the library imports, and no other', () => {
    const used = packagesAmong([...emitted.keys()].flatMap(importsOf));
    // Compiled decorators call it, and nothing imports it.
    const isReflected = [...emitted.values()].some((text) => text.includes('Reflect.metadata('));
    if (isReflected) used.push('reflect-metadata');
    const declared = [manifest.dependencies, manifest.peerDependencies].flatMap(Object.keys);
    expect(declared.sort()).toEqual(used.sort());
  });

  it('asks nobody for the packages of one handler in order to read types', () => {
    const used = packagesAmong(typesFrom('.', './testing').flatMap(importsOf));
    expect(used).toContain('@nestjs/common');
    const declared = [...DEPENDENCIES, ...PEERS];
    expect(used.filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('names each package once, in the range of the package.json at the top', () => {
    const names = [...DEPENDENCIES, ...PEERS, ...OPTIONAL_PEERS];
    expect(new Set(names).size).toBe(names.length);
    const ranges = { ...manifest.dependencies, ...manifest.peerDependencies };
    expect(root.dependencies).toMatchObject(ranges);
  });

  it('leaves to the host which handlers it installs packages for', () => {
    const optional = Object.keys(manifest.peerDependenciesMeta);
    expect(optional).toEqual(OPTIONAL_PEERS);
    const whole = publishedManifest(root, { withServer: true });
    expect(whole.peerDependenciesMeta).toEqual({});
    expect(Object.keys(whole.dependencies)).toEqual(expect.arrayContaining([...optional, 'pg']));
  });
});

describe('the published package', () => {
  it('is not the folder at the top, which npm refuses to publish', () => {
    expect(root.private).toBe(true);
    expect(manifest).not.toHaveProperty('private');
    expect(manifest).not.toHaveProperty('scripts');
  });

  it('has the library in it and nothing else', () => {
    const paths = [...emitted.keys()];
    expect(paths.filter((path) => !path.startsWith('dist/mfa/'))).toEqual([]);
    expect(paths.filter((path) => /\.spec\.|\.map$/.test(path))).toEqual([]);
  });

  it('has types that can be written down for others', () => {
    expect(faults).toEqual([]);
  });

  it('has what it exports', () => {
    const handlers = readdirSync(join(ROOT, 'src/mfa/handlers'));
    const targets = Object.values(manifest.exports).flatMap((entry) => Object.values(entry));
    const paths = targets.flatMap((target) =>
      target.includes('*') ? handlers.map((handler) => target.replace('*', handler)) : [target],
    );
    expect(paths.filter((path) => !emitted.has(path.slice(2)))).toEqual([]);
    expect(paths).toContain('./dist/mfa/handlers/app/index.js');
  });
});
