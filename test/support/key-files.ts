import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyRing, SystemRandomSource } from '../../src/mfa/index.js';
import {
  generateKeys,
  RING_NAMES,
  type RingName,
} from '../../src/server/config/keys/generate-keys.js';
import { readKeyEntries } from '../../src/server/config/keys/key-entry.js';
import { loadConfig } from '../../src/server/config/load-config.js';
import { openKeys } from '../../src/server/config/keys/open-keys.js';
import { KeyNeeds } from '../../src/server/keys/key-needs.js';
import { KeyReload } from '../../src/server/keys/key-reload.js';
import {
  type RotationOutcome,
  rotateKeys,
  type RotationPhase,
} from '../../src/server/keys/key-rotation.js';
import { SigningKeys } from '../../src/server/sessions/signing-keys.js';
import { type Environment, startServer, type TestServer } from './server.js';

/** Both rings in files, and servers that read them. */
export class KeyFiles {
  readonly environment: Environment;
  private readonly directory = mkdtempSync(join(tmpdir(), 'nestjs-mfa-keys-'));
  private readonly random = new SystemRandomSource();

  constructor() {
    const texts = generateKeys(this.random);
    for (const name of RING_NAMES) this.write(name, texts[name]);
    this.environment = Object.fromEntries([
      ['NODE_ENV', 'test'],
      ...RING_NAMES.map((name) => [`${name}_FILE`, this.pathOf(name)]),
    ]);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  write(name: RingName, text: string): void {
    writeFileSync(this.pathOf(name), `${text}\n`);
  }

  read(name: RingName): string {
    return readFileSync(this.pathOf(name), 'utf8').trim();
  }

  /** The ids of a ring's keys, as in its file. */
  idsOf(name: RingName): string[] {
    return (readKeyEntries(this.read(name)) ?? []).map(({ id }) => id);
  }

  /** A server with a database of its own and the keys of the files. */
  async startServer(): Promise<TestServer> {
    return startServer(await this.texts());
  }

  /** Another server on its database. */
  async startSibling(server: TestServer): Promise<TestServer> {
    return server.startSibling(await this.texts());
  }

  /** Does what a server does on SIGHUP. */
  async reload({ app }: TestServer): Promise<void> {
    const config = await loadConfig(this.environment);
    const rings = [app.get(KeyRing), app.get(SigningKeys, { strict: false })] as const;
    await new KeyReload(config, ...rings).run();
  }

  /** Does what `npm run keys:rotate` does, at the server's time. */
  rotate(phase: RotationPhase, { app, clock }: TestServer): Promise<RotationOutcome> {
    const countNeeds = () => app.get(KeyNeeds, { strict: false }).count();
    const rings = { env: this.environment, names: RING_NAMES };
    return rotateKeys(phase, rings, { clock, random: this.random, countNeeds });
  }

  private async texts(): Promise<Environment> {
    return { ...(await openKeys(this.environment, null)) };
  }

  private pathOf(name: RingName): string {
    return join(this.directory, name);
  }
}
