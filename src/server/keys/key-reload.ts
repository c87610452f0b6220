import { Injectable, Logger } from '@nestjs/common';
import { KeyRing } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { SigningKeys } from '../sessions/signing-keys.js';

/** Replaces the keys by those of changed files while the server runs. */
@Injectable()
export class KeyReload {
  private readonly logger = new Logger('Keys');
  private latest: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: ServerConfig,
    private readonly secretKeys: KeyRing,
    private readonly signingKeys: SigningKeys,
  ) {}

  /**
   * Reads the key files again and replaces both rings. A file that cannot be used leaves both as they
   * are. One line of the log reports either. Never rejects.
   */
  run(): Promise<void> {
    // Reloads run one after the other, so the last file read is the one in use.
    this.latest = this.latest.then(() => this.reload());
    return this.latest;
  }

  private async reload(): Promise<void> {
    const { rereadKeys } = this.config;
    if (rereadKeys === null) {
      this.logger.warn('No file of keys is set: changed keys take a restart.');
      return;
    }
    try {
      const { secretKeys, jwtKeys } = await rereadKeys();
      this.secretKeys.replace(secretKeys);
      this.signingKeys.replace(jwtKeys);
      const ids = [...secretKeys.map(({ id }) => id), ...jwtKeys.map(({ kid }) => kid)];
      this.logger.log(`Keys were read again: ${ids.join(', ')}.`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.error(`The keys stay as they are. ${reason}`);
    }
  }
}
