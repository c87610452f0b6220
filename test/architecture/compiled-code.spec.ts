import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';
import { MFA_OPTIONS } from '../../src/mfa/core/options/mfa-options.table.js';
import {
  DEPENDENCIES,
  type Manifest,
  PEERS,
  publishedManifest,
} from '../../scripts/pack-manifest.mjs';
import { CompiledCode } from '../support/compiled-code.js';
import { readDocument, ROOT } from '../support/documents.js';
import {
  exportsOf,
  libraryEntries,
  libraryFiles,
  REFERENCE,
  referencePage,
} from '../support/reference.js';

/* Whatever needs the compiler stands in this file, so that the library is read once. */

const code = new CompiledCode();
const { documented, program } = code;
const checker = program.getTypeChecker();
const files = libraryFiles(program);
const entries = libraryEntries(program);
afterAll(() => code.remove());

describe('the exports of the library', () => {
  it('are documented, those of the entries and those between its files', () => {
    expect(entries.length).toBeGreaterThanOrEqual(4);
    // A tag such as `@internal` is no sentence.
    const bare = files.flatMap((file) =>
      exportsOf(file, checker)
        .filter(({ declared }) => declared.getDocumentationComment(checker).length === 0)
        .map(({ name }) => `${relative(ROOT, file.fileName)}: ${name}`),
    );
    expect(bare).toEqual([]);
  });

  it('are the ones that public-surface.txt lists, so that a change of them is a decision', () => {
    const surface = readFileSync(join(import.meta.dirname, 'public-surface.txt'), 'utf8');
    const names = entries.flatMap((file) => exportsOf(file, checker));
    const lines = names.map(({ entry, name }) => `${entry} ${name}`);
    expect(lines.sort()).toEqual(surface.trimEnd().split('\n'));
  });

  it('are named one by one, never with export *', () => {
    const wholesale = entries.filter((file) =>
      file.statements.some(
        (node) => ts.isExportDeclaration(node) && node.exportClause === undefined,
      ),
    );
    expect(wholesale.map(({ fileName }) => fileName)).toEqual([]);
  });

  it('are in docs/reference.md as npm run docs:reference writes it', () => {
    expect(readDocument(REFERENCE)).toBe(referencePage(program));
  });
});

describe('what an editor shows of an option', () => {
  const docs = docsOf('MfaModuleOptions');

  it('is the doc comment of its row', () => {
    expect([...docs.keys()].sort()).toEqual(['secretKeys', ...Object.keys(MFA_OPTIONS)].sort());
    expect(docsOf('MfaOptions')).toEqual(docs);
  });

  it.each(Object.entries(MFA_OPTIONS))('names the range and the default of %s', (name, row) => {
    const doc = docs.get(name) ?? '';
    const [, range] = /^a whole number from (\d+ to \d+)$/.exec(row.form.takes) ?? [];
    if (range !== undefined) expect(doc).toContain(range);
    if (typeof row.default === 'number')
      expect(doc).toMatch(new RegExp(`efault ${row.default}\\b`));
    expect(doc.length).toBeGreaterThan(20);
  });
});

/** The doc comment of each member of a public type. */
function docsOf(name: string): Map<string, string> {
  const symbol = entries
    .flatMap((file) => exportsOf(file, checker))
    .find((one) => one.name === name);
  if (symbol === undefined) throw new Error(`There is no type ${name}.`);
  const type = checker.getDeclaredTypeOfSymbol(symbol.declared);
  return new Map(
    checker.getPropertiesOfType(type).map((member) => {
      const doc = ts.displayPartsToString(member.getDocumentationComment(checker));
      return [member.name, doc.replace(/\s+/g, ' ')];
    }),
  );
}

describe('the TypeScript of the documents', () => {
  it('compiles', () => {
    expect(documented.files).toContain('sms.handler.ts');
    expect(code.faultsIn(documented.paths)).toEqual([]);
  }, 60_000);
});

// The documented specs register themselves here and run the documented handlers.
const specs = documented.files.filter((file) => file.endsWith('.spec.ts'));
if (specs.length === 0) throw new Error('The documents have no specs.');
for (const spec of specs) await documented.import(spec);

describe('the example', () => {
  it('compiles with the library as it is now', () => {
    expect(code.example.length).toBeGreaterThan(15);
    expect(code.faultsIn(code.example)).toEqual([]);
  }, 60_000);

  it('has no settings of its own that the library is not held to', () => {
    expect(code.otherSettings).toEqual([]);
  });
});

describe('the published package', () => {
  // npm's own file, read to be checked here.
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const manifest = publishedManifest(root);
  const { emitted, faults } = code.emitLibrary();

  /** Modules that a file takes from elsewhere; a reference to types means something in `.d.ts` alone. */
  function importsOf(path: string): string[] {
    const text = emitted.get(path) ?? '';
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
    const references = path.endsWith('.d.ts') ? typeReferenceDirectives : [];
    return [...importedFiles, ...references].map(({ fileName }) => fileName);
  }

  /** The declarations that the compiler reads where these entries are imported. */
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

/** The packages among imported modules, each once. */
function packagesAmong(specifiers: readonly string[]): string[] {
  const bare = specifiers.filter(
    (specifier) => !specifier.startsWith('.') && !isBuiltin(specifier),
  );
  const names = bare.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  return [...new Set(names)].sort();
}
