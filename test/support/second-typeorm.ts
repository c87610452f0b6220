import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as TypeOrm from 'typeorm';
import { ROOT } from './documents.js';

/** TypeORM for browsers, source maps and declarations. */
const LEFT_OUT = /[\\/]browser$|\.(?:map|d\.ts)$/;

/** A second copy of typeorm, as in a monorepo in which one package asks for another version. */
export function installSecondTypeOrm() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'monorepo-')));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const folder = join(root, 'packages/api/node_modules/typeorm');
  cpSync(join(ROOT, 'node_modules/typeorm'), folder, {
    recursive: true,
    filter: (path) => !LEFT_OUT.test(path),
  });
  const requireThere = createRequire(join(root, 'packages/api/index.js'));
  // The copy has the same types as the first one.
  const typeorm = requireThere('typeorm') as typeof TypeOrm;
  return { typeorm, folder, remove: () => rmSync(root, { recursive: true }) };
}
