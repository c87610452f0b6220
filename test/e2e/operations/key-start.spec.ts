import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalKeyManagement, SystemRandomSource } from '../../../src/mfa/index.js';
import { generateKey, RING_NAMES } from '../../../src/server/config/keys/generate-keys.js';
import { keyEntriesText } from '../../../src/server/config/keys/key-entry.js';
import { wrapKey } from '../../../src/server/keys/wrap-key.js';
import { type ChildServer, startChildServer } from '../../../scripts/child-server.mjs';
import { compiledPath } from '../../support/compiled-sources.js';
import { eventually } from '../../support/eventually.js';
import { HttpClient } from '../../support/http-client.js';
import { runFailingStartHere, sourceEnvironment } from '../../support/run-script.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const random = new SystemRandomSource();

/** Both rings in files, wrapped under a master key in a third. */
class WrappedFiles {
  readonly directory = mkdtempSync(join(tmpdir(), 'nestjs-mfa-'));
  readonly environment = {
    ...Object.fromEntries(RING_NAMES.map((name) => [`${name}_FILE`, this.pathOf(name)])),
    MFA_MASTER_KEY_FILE: this.pathOf('master'),
  };
  /** What no output may show. */
  readonly secrets: string[] = [];
  private readonly master = random.bytes(32);

  async write(): Promise<void> {
    this.writeMaster(this.master);
    const keys = new LocalKeyManagement(this.master);
    for (const name of RING_NAMES) {
      const key = generateKey(name, random);
      const wrapped = await wrapKey(key, keys);
      writeFileSync(this.pathOf(name), keyEntriesText([wrapped]));
      this.secrets.push(...[key, wrapped].map(({ bytes }) => bytes.toString('base64url')));
    }
  }

  writeMaster(key: Buffer): void {
    writeFileSync(this.pathOf('master'), key.toString('base64url'));
    this.secrets.push(key.toString('base64url'));
  }

  private pathOf(name: string): string {
    return join(this.directory, name);
  }
}

let files: WrappedFiles;
beforeEach(async () => {
  files = new WrappedFiles();
  await files.write();
});
afterEach(() => rmSync(files.directory, { recursive: true }));

function expectNoSecret(output: string): void {
  for (const secret of files.secrets) expect(output).not.toContain(secret);
}

describe('a server whose keys are wrapped, in files', () => {
  let database: TestDatabase;
  let child: ChildServer;
  beforeEach(async () => {
    database = await createTestDatabase();
    child = await startChildServer(
      compiledPath('src/main.ts'),
      sourceEnvironment({
        ...files.environment,
        ...database.settings,
        PASSWORD_HASH_MEMORY_KIB: '8',
        PASSWORD_HASH_PASSES: '1',
      }),
    );
  }, 120_000);
  afterEach(async () => {
    await child.stop();
    await database.drop();
  });

  it('starts, and takes other files over on SIGHUP, without a restart', async () => {
    const client = new HttpClient(`http://127.0.0.1:${child.port}`);
    const publishedKeys = async (): Promise<string[]> => {
      const { body } = await client.get('//.well-known/jwks.json');
      return body.keys.map(({ kid }: { kid: string }) => kid);
    };
    const details = { username: 'ada', password: 'correct horse battery' };
    await client.post('/registration/', { ...details, email: 'ada@example.org' });
    expect((await client.post('/login/', details)).status).toBe(200);
    const [before] = await publishedKeys();
    await files.write();
    process.kill(child.pid, 'SIGHUP');
    const after = await eventually(publishedKeys, ([kid]) => kid !== before);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual([before]);
    const { body } = await client.post('/login/', details);
    expect((await client.get('/user/', body.access)).status).toBe(200);
    expect(child.output()).toContain('Keys were read again');
    expectNoSecret(child.output());
  }, 120_000);
});

describe('a server is not started', () => {
  it('with another master key, and the key that it does not unwrap is named', async () => {
    files.writeMaster(random.bytes(32));
    const { code, stdout, stderr } = await runFailingStartHere(files.environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The server did not start\.\nMFA_SECRET_KEYS_FILE \(.+\): The key "\w{8}" cannot be unwrapped by "local-[0-9a-f]{8}": it is cut or altered, or another key wrapped it\.\n$/,
    );
    expectNoSecret(stdout + stderr);
  });

  it('with wrapped keys and no master key', async () => {
    const environment = { ...files.environment, MFA_MASTER_KEY_FILE: '' };
    const { code, stdout, stderr } = await runFailingStartHere(environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(/MFA_SECRET_KEYS_FILE \(.+\): the key "\w{8}" is wrapped: set MFA_MAS/);
    expectNoSecret(stdout + stderr);
  });
});
