import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('the published manifest', () => {
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

  it('is not that of the folder at the top, which npm refuses to publish', () => {
    expect(root.private).toBe(true);
    expect(manifest).not.toHaveProperty('private');
    expect(manifest).not.toHaveProperty('scripts');
  });
});
