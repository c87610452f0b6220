import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The top of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Every document, as a path from the top. */
export const DOCUMENTS: readonly string[] = [
  ROOT,
  join(ROOT, 'docs'),
  join(ROOT, 'docs/decisions'),
].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name).slice(ROOT.length + 1)),
);

/** The text of a document. */
export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The fenced blocks of one language, in order. */
export function codeBlocksOf(path: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return Array.from(readDocument(path).matchAll(fence), ([, code = '']) => code);
}

/** The cells of the first table below a heading, row by row, without its head. */
export function tableBelow(path: string, heading: string): string[][] {
  const [, rest = ''] = readDocument(path).split(`\n## ${heading}\n`);
  const [section = ''] = rest.split('\n## ');
  const lines = /^\|.*\|$(\n\|.*\|$)*/m.exec(section)?.[0].split('\n') ?? [];
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}
