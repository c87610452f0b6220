import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import {
  Clock,
  type LiveSession,
  MfaError,
  readProofs,
  type SessionProof,
} from '../../mfa/index.js';
import { type AccessFacts, AccessTokens } from './access-tokens.js';
import { type SessionKey } from './sessions.service.js';

const LIVE = `
  SELECT s.proofs, s.proof_id AS "proofId"
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.user_id = $1 AND s.id = $2
    AND s.ended_at IS NULL AND s.expires_at > $3
    AND s.credentials_version = u.credentials_version
    AND u.disabled_at IS NULL AND u.frozen_at IS NULL`;

/** The facts of an access token, and its session's proofs so far. */
export interface LiveFacts extends AccessFacts {
  readonly proofs: readonly SessionProof[];
}

interface LiveRow {
  readonly proofs: unknown;
  readonly proofId: string;
}

/** Accepts an access token only while its session lives, so that our own routes can revoke it at once. */
@Injectable()
export class LiveAccess {
  constructor(
    private readonly accessTokens: AccessTokens,
    @InjectDataSource() private readonly database: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws {MfaError} `token_not_valid`: also for a session that has ended, a user who is disabled,
   * frozen or has another password by now, and a token from before the session's last proof [ASVS 7.2.4]
   */
  async verify(token: string): Promise<LiveFacts> {
    const facts = this.accessTokens.verify(token);
    const live = await this.read(facts, this.database);
    if (live?.proofId !== facts.proofId) throw new MfaError('token_not_valid');
    return { ...facts, proofs: readProofs(live.proofs) };
  }

  /** The live session of a user who may sign in; null for any other. Each proof gives it a new version. */
  async find(
    key: SessionKey,
    database: DataSource | EntityManager = this.database,
  ): Promise<LiveSession | null> {
    const live = await this.read(key, database);
    return live === undefined ? null : { proofs: readProofs(live.proofs), version: live.proofId };
  }

  private async read(
    { userId, sessionId }: SessionKey,
    database: DataSource | EntityManager,
  ): Promise<LiveRow | undefined> {
    const key = [userId, sessionId, this.clock.now()];
    const [row] = await database.query<LiveRow[]>(LIVE, key);
    return row;
  }
}
