import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../support/documents.js';

const PARTS = ['src', 'test', 'package.json', 'tsconfig.json'];

const folder = mkdtempSync(join(tmpdir(), 'example-'));
const app = join(folder, 'app');
afterAll(() => rmSync(folder, { recursive: true }));

/** The example as if installed, with the sources in the place of the packed library. */
function installExample(): void {
  for (const part of PARTS) {
    cpSync(join(ROOT, 'examples/embed', part), join(app, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const library = join(app, 'node_modules/nestjs-mfa');
  mkdirSync(library, { recursive: true });
  symlinkSync(join(ROOT, 'src'), join(library, 'src'));
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8')
    .replaceAll('./dist/', './src/')
    .replaceAll(/(\.d\.ts|\.js)"/g, '.ts"');
  writeFileSync(join(library, 'package.json'), manifest);
}

/** What its own settings, and nothing else, say of its files. */
function faultsOfExample(): string[] {
  const path = join(app, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, app);
  const program = ts.createProgram(fileNames, { ...options, rootDir: '/', skipLibCheck: true });
  const files = fileNames.map((file) => program.getSourceFile(file));
  expect(files.length).toBeGreaterThan(15);
  return files
    .flatMap((file) => ts.getPreEmitDiagnostics(program, file))
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the example', () => {
  it('compiles with the library as it is now', () => {
    installExample();
    expect(faultsOfExample()).toEqual([]);
  }, 60_000);
});
