import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import {
  Clock,
  RandomSource,
  type RowInsert,
  type RowUpdate,
  type SessionProof,
  storedProofs,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { type AccessFacts, AccessTokens } from './access-tokens.js';
import { type RefreshFacts, RefreshTokens } from './refresh-tokens.js';
import { sessionEnd } from '../config/session-limits.js';
import { type SessionTokens, sessionTokens } from './session-tokens.js';
import { Session } from './session.entity.js';

/** A complete sign-in. */
export interface SignIn {
  readonly userId: string;
  /** The type and the `id` of its first factor, as `type:id`. */
  readonly provider: string;
  /** The user's version when the first factor was proven. */
  readonly credentialsVersion: string;
  readonly proofs: readonly SessionProof[];
  /** What the proofs are worth together. */
  readonly amr: readonly string[];
  readonly authenticatedAt: Date;
  /** {@link AccessFacts.deviceMfaAt} */
  readonly deviceMfaAt?: Date;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
}

/** The user and the first factor of a session to renew. */
export type RenewedSession = Pick<Session, 'userId' | 'provider'>;

/** A session whose row is still to be written; until then its refresh token is not valid. */
export interface PreparedSession extends SessionTokens {
  readonly sessionId: string;
  readonly row: RowInsert & { readonly table: 'sessions' };
}

/** A new access token that is not valid until its session's row is changed. */
export interface PreparedStepUp {
  readonly access: string;
  readonly accessExpiresAt: Date;
  readonly change: RowUpdate & { readonly table: 'sessions' };
}

/** A session after a fresh proof, with what its proofs are worth together. */
export interface RenewedProofs extends Omit<AccessFacts, 'proofId'> {
  readonly proofs: readonly SessionProof[];
  /** {@link LiveSession.version} from before the proof. */
  readonly version: string;
}

/** The key of a session. */
export type SessionKey = Pick<RefreshFacts, 'userId' | 'sessionId'>;

/** Which sessions of a user end. */
export interface Endings {
  readonly manager: EntityManager;
  /** The session that stays; absent: none stays. */
  readonly except?: string;
  /**
   * Sessions that began after this stay, except those dated in the future: a fast clock dated them.
   * Absent: all sessions end, whenever they began.
   */
  readonly begunBy?: Date;
}

const END = `UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id = $2 AND ended_at IS NULL`;

const END_ALL = `
  UPDATE sessions SET ended_at = $3
  WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid AND ended_at IS NULL
    AND ($4::timestamptz IS NULL OR created_at <= $4 OR created_at > $3) RETURNING id`;

const CARRY_OVER = `
  UPDATE sessions SET credentials_version = $3
  WHERE user_id = $1 AND id = $2 AND ended_at IS NULL`;

/** Opens and ends sessions. Knows nothing of second factors. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly config: ServerConfig,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** Makes a session's tokens and its row. The caller writes the row in one transaction with the proof. */
  prepare(signIn: SignIn): PreparedSession {
    const { userId, provider, credentialsVersion, proofs, client, ...shown } = signIn;
    const now = this.clock.now();
    const [sessionId, proofId] = [this.random.rowId(), this.random.rowId()];
    const expiresAt = sessionEnd({ createdAt: now, lastUsedAt: now }, this.config.sessionLimits);
    const first = this.refreshTokens.first({ userId, sessionId });
    const refresh = { token: this.refreshTokens.write(first), expiresAt };
    const access = this.accessTokens.sign({ userId, sessionId, ...shown, proofId }, now);
    const values = {
      user_id: userId,
      id: sessionId,
      refresh_generation: first.generation,
      refresh_salt: first.salt,
      refresh_key_id: first.keyId,
      provider,
      credentials_version: credentialsVersion,
      proofs: storedProofs(proofs),
      proof_id: proofId,
      began_by_first_factor: proofs.every(({ methodId }) => methodId === null),
      created_at: now,
      last_used_at: now,
      expires_at: expiresAt,
      ip: client.ip,
      user_agent: client.userAgent,
    };
    return { ...sessionTokens(access, refresh), sessionId, row: { table: 'sessions', values } };
  }

  /** Makes the access token after a fresh proof, and the change of the session's row that makes it valid. */
  prepareStepUp({ proofs, version, ...proven }: RenewedProofs): PreparedStepUp {
    const { userId, sessionId } = proven;
    const proofId = this.random.rowId();
    const { token, expiresAt } = this.accessTokens.sign({ ...proven, proofId }, this.clock.now());
    const key = { user_id: userId, id: sessionId, proof_id: version, ended_at: null };
    const set = { proofs: storedProofs(proofs), proof_id: proofId };
    const change = { table: 'sessions', key, set, isRequired: true } as const;
    return { access: token, accessExpiresAt: expiresAt, change };
  }

  /** Whether the session exists and has not been ended. */
  async isOpen({ userId, sessionId }: SessionKey): Promise<boolean> {
    return this.sessions.existsBy({ userId, id: sessionId, endedAt: IsNull() });
  }

  /** Ends one session. False if it does not exist or had already ended. */
  async end({ userId, sessionId }: SessionKey, manager: EntityManager): Promise<boolean> {
    return this.changesOne(manager, END, [userId, sessionId, this.clock.now()]);
  }

  /** Lets one session continue under its user's new password. False if it has ended. */
  async carryOver(
    { userId, sessionId }: SessionKey,
    credentialsVersion: string,
    manager: EntityManager,
  ): Promise<boolean> {
    return this.changesOne(manager, CARRY_OVER, [userId, sessionId, credentialsVersion]);
  }

  /**
   * Ends the sessions of a user.
   *
   * @param endings.manager of the caller's transaction
   * @returns the ids of the sessions that this ended
   */
  async endAll(userId: string, { manager, except, begunBy }: Endings): Promise<string[]> {
    const values = [userId, except ?? null, this.clock.now(), begunBy ?? null];
    const [ended] = await manager.query<[{ id: string }[], number]>(END_ALL, values);
    return ended.map(({ id }) => id);
  }

  private async changesOne(
    manager: EntityManager,
    statement: string,
    key: readonly unknown[],
  ): Promise<boolean> {
    const [, ended] = await manager.query<[unknown[], number]>(statement, [...key]);
    return ended === 1;
  }
}
