import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');
const LIBRARY = join(ROOT, 'src/mfa');
const SURFACE = join(import.meta.dirname, 'public-surface.txt');

/** The files that package.json exports. */
const ENTRY = /^(?:handlers\/[^/]+\/|testing\/)?index\.ts$/;

const program = compileLibrary();
const checker = program.getTypeChecker();
const files = program
  .getSourceFiles()
  .filter(({ fileName }) => fileName.startsWith(`${LIBRARY}/`) && !fileName.endsWith('.spec.ts'));
const entries = files.filter(({ fileName }) => ENTRY.test(relative(LIBRARY, fileName)));

/** The library alone: what it imports of others says nothing about its own exports. */
function compileLibrary(): ts.Program {
  const path = join(ROOT, 'tsconfig.json');
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    ROOT,
  );
  const ours = fileNames.filter((name) => name.startsWith(`${LIBRARY}/`));
  return ts.createProgram(ours, { ...options, noResolve: true, noLib: true, types: [] });
}

/** What a file exports, each export followed to where it is declared. */
function exportsOf(file: ts.SourceFile): { name: string; declared: ts.Symbol }[] {
  const module = checker.getSymbolAtLocation(file);
  if (module === undefined) return [];
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    declared: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
}

/** Exports without a sentence of their own; a tag such as `@internal` is no sentence. */
function undocumentedIn(file: ts.SourceFile): string[] {
  return exportsOf(file)
    .filter(({ declared }) => declared.getDocumentationComment(checker).length === 0)
    .map(({ name }) => `${relative(ROOT, file.fileName)}: ${name}`);
}

/** "./handlers/app AppHandler" for an export of that entry, "." being the package itself. */
function surfaceOf(file: ts.SourceFile): string[] {
  const folder = relative(LIBRARY, dirname(file.fileName));
  const entry = folder === '' ? '.' : `./${folder}`;
  return exportsOf(file).map(({ name }) => `${entry} ${name}`);
}

describe('the exports of the library', () => {
  it('are documented, those of the entries and those between its files', () => {
    expect(entries.length).toBeGreaterThanOrEqual(4);
    expect(files.flatMap(undocumentedIn)).toEqual([]);
  });

  it('are the ones that public-surface.txt lists, so that a change of them is a decision', () => {
    const listed = readFileSync(SURFACE, 'utf8').trimEnd().split('\n');
    expect(entries.flatMap(surfaceOf).sort()).toEqual(listed);
  });

  it('are named one by one, never with export *', () => {
    const wholesale = entries.filter((file) =>
      file.statements.some(
        (node) => ts.isExportDeclaration(node) && node.exportClause === undefined,
      ),
    );
    expect(wholesale.map(({ fileName }) => fileName)).toEqual([]);
  });
});
