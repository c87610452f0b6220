import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { DocumentedCode, installLibrary } from './documented-code.js';
import { ROOT } from './documents.js';

const EXAMPLE = join(ROOT, 'examples/embed');
const PARTS = ['src', 'test', 'package.json', 'tsconfig.json'];

/** Settings that say where files are and what is written, and nothing of what is right. */
const PLACES = ['rootDir', 'outDir', 'configFilePath', 'types', 'skipLibCheck', 'pathsBasePath'];

/**
 * The library, the TypeScript of the documents and the example as one program. A program of each
 * would read the library and all packages again.
 */
export class CompiledCode {
  readonly documented = new DocumentedCode();
  readonly program: ts.Program;
  /** Paths of the example's files. */
  readonly example: readonly string[];
  /** What the example's own `tsconfig.json` says that the program does not. */
  readonly otherSettings: readonly string[];
  private readonly folder = mkdtempSync(join(tmpdir(), 'example-'));
  private readonly library = settingsIn(ROOT, 'tsconfig.package.json');

  constructor() {
    const example = this.installExample();
    this.example = example.fileNames;
    const { types = [] } = settingsIn(ROOT, 'tsconfig.json').options;
    const options: ts.CompilerOptions = {
      ...this.library.options,
      ...{ types, rootDir: '/', sourceMap: false },
    };
    this.otherSettings = Object.entries(example.options)
      .filter(([name, value]) => !PLACES.includes(name) && !isSame(options[name], value))
      .map(([name]) => name);
    const roots = [...this.library.fileNames, ...this.documented.paths, ...this.example];
    this.program = ts.createProgram(roots, options);
  }

  /** What the compiler says of files that it does not take. */
  faultsIn(paths: readonly string[]): string[] {
    const { program } = this;
    const ofFiles = paths.flatMap((path) => {
      const file = program.getSourceFile(path);
      if (file === undefined) throw new Error(`${path} was not read.`);
      // Not those of declarations, which nobody writes for these files.
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    });
    const ofAll = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
    return [...ofAll, ...ofFiles].map(textOf);
  }

  /** What the library compiles to, by path from the top, and what keeps a type from being written down. */
  emitLibrary(): { emitted: ReadonlyMap<string, string>; faults: readonly string[] } {
    const emitted = new Map<string, string>();
    const faults = this.library.fileNames.flatMap((path) => {
      const file = this.program.getSourceFile(path);
      const { diagnostics } = this.program.emit(file, (written, text) => {
        emitted.set(written.replace(`/dist${ROOT}/src/`, '/dist/').slice(ROOT.length + 1), text);
      });
      return diagnostics.map(textOf);
    });
    return { emitted, faults };
  }

  remove(): void {
    this.documented.remove();
    rmSync(this.folder, { recursive: true });
  }

  /** The example as if installed, with the sources in the place of the packed library. */
  private installExample(): ts.ParsedCommandLine {
    const app = join(this.folder, 'app');
    for (const part of PARTS) cpSync(join(EXAMPLE, part), join(app, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    installLibrary(join(app, 'node_modules/nestjs-mfa'));
    return settingsIn(app, 'tsconfig.json');
  }
}

function settingsIn(folder: string, name: string): ts.ParsedCommandLine {
  const { config } = ts.readConfigFile(join(folder, name), (file) => ts.sys.readFile(file));
  return ts.parseJsonConfigFileContent(config, ts.sys, folder);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function textOf({ file, messageText }: ts.Diagnostic): string {
  return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
