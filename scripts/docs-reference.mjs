/*
 * Writes docs/reference.md from the doc comments of the library's public names:
 *
 *   npm run docs:reference
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledCode } from '../test/support/compiled-code.ts';
import { ROOT } from '../test/support/documents.ts';
import { REFERENCE, referencePage } from '../test/support/reference.ts';

const code = new CompiledCode();
try {
  writeFileSync(join(ROOT, REFERENCE), referencePage(code.program));
} finally {
  code.remove();
}
