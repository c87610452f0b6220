import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocksOf, DOCUMENTS, ROOT } from './documents.js';

/** The first line of a block: the name of its file, under which other blocks import it. */
const FILE_NAME = /^\/\/ ([\w.-]+\.ts)\n/;

/** Stands for the existing application that embeds the library. */
const YOUR_APP = 'test/support/your-app.ts';

/** Placed beside the documents' code, as beside `src/main.ts`, for code that extends the server. */
const SERVER = 'src/server';

/** The TypeScript of all documents, as one application with the package installed. */
export class DocumentedCode {
  /** Names of the files; each block of the documents is one. */
  readonly files: readonly string[];
  private readonly root = mkdtempSync(join(tmpdir(), 'documented-code-'));
  private readonly app = join(this.root, 'app');

  constructor() {
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
    installLibrary(join(this.app, 'node_modules/nestjs-mfa'));
    writeFileSync(join(this.app, 'package.json'), '{"type": "module"}');
    cpSync(join(ROOT, YOUR_APP), join(this.app, 'your-app.ts'));
    symlinkSync(join(ROOT, SERVER), join(this.app, 'server'));
    const blocks = DOCUMENTS.flatMap((path) => codeBlocksOf(path, 'ts'));
    this.files = blocks.map((code) => this.write(code));
  }

  /** Where the files are. */
  get paths(): string[] {
    return this.files.map((file) => join(this.app, file));
  }

  /** Runs one file and returns its exports. */
  import(file: string): Promise<unknown> {
    return import(join(this.app, file));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  private write(code: string): string {
    const [, file] = FILE_NAME.exec(code) ?? [];
    if (file === undefined) throw new Error(`A block does not name its file:\n${code}`);
    writeFileSync(join(this.app, file), code, { flag: 'wx' });
    return file;
  }
}

/** The package as npm installs it, with the sources in the place of what is built from them. */
export function installLibrary(folder: string): void {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(ROOT, 'src'), join(folder, 'src'));
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8')
    .replaceAll('./dist/', './src/')
    .replaceAll(/(\.d\.ts|\.js)"/g, '.ts"');
  writeFileSync(join(folder, 'package.json'), manifest);
}
