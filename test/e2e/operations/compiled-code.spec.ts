import { existsSync, readdirSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { compiledPath } from '../../support/compiled-sources.js';
import { runScript } from '../../support/run-script.js';

jest.setTimeout(120_000);

/** Node keeps compiled code from 22.1 on. */
const isKept = 'enableCompileCache' in module;
const folder = join(compiledPath('src/main.ts'), '../../.compile-cache');
/** It loads everything, and then refuses the settings. */
const start = (environment: Readonly<Record<string, string>>) =>
  runScript(['src/main.ts'], { PORT: 'none', ...environment });

describe('a start', () => {
  it('keeps its compiled code beside the build, unless that is switched off', async () => {
    const before = existsSync(folder);
    const { code, stderr } = await start({ NODE_DISABLE_COMPILE_CACHE: '1' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('PORT takes')]);
    expect(existsSync(folder)).toBe(before);
    await start({});
    expect(existsSync(folder)).toBe(isKept);
    if (isKept) expect(readdirSync(folder)).not.toHaveLength(0);
  });
});
