import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource } from 'typeorm';
import { type Asker, Clock, MfaAccounts, RandomSource, transactionOf } from '../../mfa/index.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { type User } from '../identity/user.entity.js';

/**
 * One statement is atomic. Of two processes that start together, the second finds a changed hash and
 * changes nothing.
 */
const REPLACE = `
  WITH replaced AS (
    UPDATE users SET shared_secret_hash = $3, credentials_version = $4
    WHERE id = $1 AND shared_secret_hash IS NOT DISTINCT FROM $2
    RETURNING id
  )
  UPDATE sessions SET ended_at = $5
  WHERE user_id IN (SELECT id FROM replaced) AND ended_at IS NULL`;

/** Detects a change of the configured secret of a first factor's user. */
@Injectable()
export class SharedSecrets {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly hasher: PasswordHasher,
    private readonly accounts: MfaAccounts,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** Keeps a hash of the secret. A changed secret ends every session and every open login of the user. */
  async keep({ id, sharedSecretHash }: User, secret: string): Promise<void> {
    if (await this.isKept(id, sharedSecretHash, secret)) return;
    const hash = await this.hasher.hash(secret, askerOf(id));
    const version = this.random.rowId();
    const values = [id, sharedSecretHash, hash, version, this.clock.now()];
    await this.database.transaction(async (manager) => {
      await this.accounts.endChallenges(id, transactionOf(manager));
      await manager.query(REPLACE, values);
    });
  }

  private async isKept(id: string, hash: string | null, secret: string): Promise<boolean> {
    return hash !== null && (await this.hasher.verify(secret, hash, askerOf(id)));
  }
}

/** The server asks at start, without a client. */
function askerOf(userId: string): Asker {
  return { subject: userId, ip: null };
}
