import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock, type KeyNeed, KeyUsage } from '../../mfa/index.js';

/** How many rows need one key of `MFA_SECRET_KEYS` for one use, the server's own uses included. */
export interface ServerKeyNeed extends Omit<KeyNeed, 'use'> {
  readonly use: KeyNeed['use'] | 'refresh-token';
}

const LIVE_SESSIONS = `
  SELECT refresh_key_id AS "keyId", count(*)::int AS rows
  FROM sessions WHERE ended_at IS NULL AND expires_at > $1 GROUP BY 1 ORDER BY 1`;

/** Counts the rows of the server's database that need a key of `MFA_SECRET_KEYS`. */
@Injectable()
export class KeyNeeds {
  constructor(
    private readonly usage: KeyUsage,
    @InjectDataSource() private readonly database: DataSource,
    private readonly clock: Clock,
  ) {}

  /** As {@link KeyUsage.count}, with the live sessions by the key of their present refresh token. */
  async count(): Promise<ServerKeyNeed[]> {
    const now = this.clock.now();
    const sessions = await this.database.query<Omit<KeyNeed, 'use'>[]>(LIVE_SESSIONS, [now]);
    const needs = await this.usage.count();
    return [...needs, ...sessions.map((row) => ({ ...row, use: 'refresh-token' as const }))];
  }
}
