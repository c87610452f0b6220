import { Injectable, Logger } from '@nestjs/common';
import { KeyRing } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { SigningKeys } from '../sessions/signing-keys.js';

/** Takes changed key files over while the server runs. */
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
   * Reads the files of keys again and puts both rings in place. A file that cannot be used leaves
   * them as they are; either way one line of the log says so. Never rejects.
   */
  run(): Promise<void> {
    // One after the other, so that what was read last is what stays.
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
