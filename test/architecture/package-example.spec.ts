import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocksOf, readDocument, ROOT } from '../support/documents.js';
import { type Manifest, publishedManifest } from '../../scripts/pack-manifest.mjs';

/** Each example, and files that its guide must show. */
const EXAMPLES = [
  ['examples/embed', ['src/app.module.ts', 'src/mfa/ports.ts', 'src/mfa/dongle.handler.ts']],
  [
    'examples/graphql',
    ['src/app.module.ts', 'src/accounts/ports.module.ts', 'src/payments/payments.resolver.ts'],
  ],
  [
    'examples/websocket',
    ['src/app.module.ts', 'src/accounts/ports.module.ts', 'src/payments/payments.gateway.ts'],
  ],
] as const;

// npm's own files, read to be checked here.
const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;

const root = manifestIn('.');
const published = publishedManifest(root);

describe.each(EXAMPLES)('the guide of %s', (folder, written) => {
  const guide = `${folder}/README.md`;
  const blocks = codeBlocksOf(guide, 'ts');
  const matchesOf = (pattern: RegExp) =>
    Array.from(readDocument(guide).matchAll(pattern), ([, name = '']) => name);

  it.each(blocks)('shows a file as it is: %.60s', (block) => {
    const [, path = '', text] = /^\/\/ (\S+)\n(.*)$/s.exec(block) ?? [];
    expect(text).toBe(readFileSync(join(ROOT, folder, path), 'utf8'));
  });

  it('shows what an embedder writes', () => {
    const shown = blocks.map((block) => block.slice(3, block.indexOf('\n')));
    expect(shown).toEqual(expect.arrayContaining([...written]));
  });

  it('links to files that are there, and names such', () => {
    const links = matchesOf(/\]\((?!https?:)([^)#]+)[^)]*\)/g);
    const names = matchesOf(/`((?:src|test)\/[^`\s]*)`/g);
    expect(names.length).toBeGreaterThan(2);
    const missing = [...links, ...names].filter((path) => !existsSync(join(ROOT, folder, path)));
    expect(missing).toEqual([]);
  });

  it('names the scripts and the package that there are', () => {
    expect(matchesOf(/\bnpm run ([\w:]+)/g)).toEqual(['pack:library']);
    expect(readDocument(guide)).toContain(
      `npm install ../../dist/${root.name}-${root.version}.tgz`,
    );
  });
});

describe.each(EXAMPLES)('the package.json of %s', (folder) => {
  const { dependencies, ...example } = manifestIn(folder);

  it('has the packed library installed, and never one of a registry', () => {
    expect(dependencies['nestjs-mfa']).toBe(`file:../../dist/${root.name}-${root.version}.tgz`);
  });

  it('has what the library asks of a host', () => {
    const optional = Object.keys(published.peerDependenciesMeta);
    const required = Object.keys(published.peerDependencies).filter(
      (name) => !optional.includes(name),
    );
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(required));
  });

  it('has exact versions, since there is no lock beside it', () => {
    const versions = Object.entries({ ...dependencies, ...devDependenciesOf(example) });
    const loose = versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose.map(([name]) => name)).toEqual(['nestjs-mfa']);
  });
});

function devDependenciesOf(manifest: object): Record<string, string> {
  // Texts by name, as npm has it.
  return (manifest as { devDependencies: Record<string, string> }).devDependencies;
}
