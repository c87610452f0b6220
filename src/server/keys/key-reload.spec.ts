import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { KeyRing, resolveMfaOptions } from '../../mfa/index.js';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { generateKeys, RING_NAMES } from '../config/keys/generate-keys.js';
import { loadConfig } from '../config/load-config.js';
import { SigningKeys } from '../sessions/signing-keys.js';
import { KeyReload } from './key-reload.js';

const random = new FakeRandomSource('reload');
const before = generateKeys(random);
const after = generateKeys(random);
const idOf = (text: string) => text.split(':')[0];

let directory: string;
let lines: unknown[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nestjs-mfa-'));
  lines = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation((line) => lines.push([level, line]));
  }
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

function write(texts: typeof before): void {
  for (const name of RING_NAMES) writeFileSync(join(directory, name), texts[name]);
}

/** The rings of a server that started with {@link before}, and their reload. */
async function started(environment: Record<string, string>) {
  const config = await loadConfig({ NODE_ENV: 'test', ...environment });
  const secretKeys = new KeyRing(resolveMfaOptions(config.mfa));
  const signingKeys = new SigningKeys(config);
  return {
    reload: new KeyReload(config, secretKeys, signingKeys),
    ids: () => [secretKeys.newest('state').id, signingKeys.newest.kid],
  };
}

function startedWithFiles() {
  write(before);
  return started(
    Object.fromEntries(RING_NAMES.map((name) => [`${name}_FILE`, join(directory, name)])),
  );
}

const idsOf = (texts: typeof before) => RING_NAMES.map((name) => idOf(texts[name]));

it('takes both files over, and says which keys there are', async () => {
  const { reload, ids } = await startedWithFiles();
  expect(ids()).toEqual(idsOf(before));
  write(after);
  await reload.run();
  expect(ids()).toEqual(idsOf(after));
  expect(lines).toEqual([['log', `Keys were read again: ${idsOf(after).join(', ')}.`]]);
});

it.each<[what: string, ring: string]>([
  ['cut', after.JWT_KEYS.slice(0, -4)],
  ['empty', ''],
  ['wrapped, with no master key', after.JWT_KEYS.replace(':', ':wrapped:')],
])('leaves both rings as they are when one file is %s', async (_what, text) => {
  const { reload, ids } = await startedWithFiles();
  write({ ...after, JWT_KEYS: text });
  await reload.run();
  expect(ids()).toEqual(idsOf(before));
  expect(lines).toEqual([['error', expect.stringContaining('The keys stay as they are.')]]);
  expect(String(lines)).toContain(`JWT_KEYS_FILE (${join(directory, 'JWT_KEYS')})`);
  expect(String(lines)).not.toContain(after.JWT_KEYS.split(':')[1]?.slice(0, 20));
});

it('leaves them when a file is gone, and takes it over when it is back', async () => {
  const { reload, ids } = await startedWithFiles();
  rmSync(join(directory, 'MFA_SECRET_KEYS'));
  await reload.run();
  expect(ids()).toEqual(idsOf(before));
  expect(String(lines)).toContain('cannot be read: ENOENT');
  write(after);
  await reload.run();
  expect(ids()).toEqual(idsOf(after));
});

it('reads again only when the reading before has ended, so that the last one stays', async () => {
  const config = await loadConfig({ NODE_ENV: 'test', ...before });
  const later = await loadConfig({ NODE_ENV: 'test', ...after });
  let finish = () => {};
  const slow = new Promise<void>((resolve) => (finish = resolve));
  const readings = [slow.then(() => config), Promise.resolve(later)];
  const rereadKeys = async () => {
    const { mfa, jwtKeys } = (await readings.shift()) ?? config;
    return { secretKeys: mfa.secretKeys, jwtKeys };
  };
  const secretKeys = new KeyRing(resolveMfaOptions(config.mfa));
  const reload = new KeyReload({ ...config, rereadKeys }, secretKeys, new SigningKeys(config));
  const both = [reload.run(), reload.run()];
  finish();
  await Promise.all(both);
  expect(secretKeys.newest('state').id).toBe(idOf(after.MFA_SECRET_KEYS));
});

it('leaves a ring alone that is not kept in a file', async () => {
  write(before);
  const { reload, ids } = await started({
    MFA_SECRET_KEYS: before.MFA_SECRET_KEYS,
    JWT_KEYS_FILE: join(directory, 'JWT_KEYS'),
  });
  write(after);
  await reload.run();
  expect(ids()).toEqual([idOf(before.MFA_SECRET_KEYS), idOf(after.JWT_KEYS)]);
});

it('says that it takes a restart where there is no file', async () => {
  const { reload, ids } = await started(before);
  await reload.run();
  expect(ids()).toEqual(idsOf(before));
  expect(lines).toEqual([['warn', 'No file of keys is set: changed keys take a restart.']]);
});
