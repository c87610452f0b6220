import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, IsNull, Repository } from 'typeorm';
import {
  Clock,
  MfaAccounts,
  RandomSource,
  readProofs,
  type RowUpdate,
  type SessionProof,
  storedProofs,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { type AccessFacts, AccessTokens } from './access-tokens.js';
import { type RefreshFacts, RefreshTokens } from './refresh-tokens.js';
import { sessionEnd } from './session-limits.js';
import { type SessionTokens, sessionTokens } from './session-tokens.js';
import { Session } from './session.entity.js';

/** A sign-in that is complete. */
export interface SignIn {
  readonly userId: string;
  /** The type and the `id` of its first factor, as `type:id`. */
  readonly provider: string;
  /** The user's when the first factor was proven. */
  readonly credentialsVersion: string;
  readonly proofs: readonly SessionProof[];
  /** What they are worth together. */
  readonly amr: readonly string[];
  readonly authenticatedAt: Date;
  /** From where it came. */
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
}

/** Whose session is to be renewed, and by which first factor it began. */
export type RenewedSession = Pick<Session, 'userId' | 'provider'>;

/** A session whose row is still to be written; until then its refresh token is worth nothing. */
export interface PreparedSession extends SessionTokens {
  readonly sessionId: string;
  readonly row: {
    readonly table: 'sessions';
    readonly values: Readonly<Record<string, string | boolean | Date | string[] | null>>;
  };
}

/** A fresh access token that is worth nothing until its session's row is changed. */
export interface PreparedStepUp {
  readonly access: string;
  readonly accessExpiresAt: Date;
  readonly change: RowUpdate & { readonly table: 'sessions' };
}

/** A session after a fresh proof, with what its proofs are worth together. */
export interface RenewedProofs extends Omit<AccessFacts, 'proofId'> {
  readonly proofs: readonly SessionProof[];
}

/** Names one session of one user. */
export type SessionKey = Pick<RefreshFacts, 'userId' | 'sessionId'>;

/** Which sessions of a user end. */
export interface Endings {
  readonly manager: EntityManager;
  /** The session that goes on; absent: none does. */
  readonly except?: string;
  /**
   * Those that began later go on, but for those that begin in the future: by a clock that was ahead,
   * before it was corrected. Absent: it does not matter when one began.
   */
  readonly begunBy?: Date;
}

/** One statement decides: of two requests with one token the second finds another `refresh_id`. */
const ROTATE = `
  UPDATE sessions
  SET refresh_id = $4, last_used_at = $5, expires_at = $6
  WHERE user_id = $1 AND id = $2 AND refresh_id = $3
    AND ended_at IS NULL AND expires_at > $5 AND $6 > $5
    AND EXISTS (
      SELECT 1 FROM users
      WHERE users.id = $1 AND users.disabled_at IS NULL AND users.frozen_at IS NULL
        AND users.credentials_version = sessions.credentials_version)
  RETURNING proofs, proof_id AS "proofId"`;

const END_WHERE_SPENT = `
  UPDATE sessions SET ended_at = $4
  WHERE user_id = $1 AND id = $2 AND refresh_id <> $3 AND ended_at IS NULL`;

const END = `UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id = $2 AND ended_at IS NULL`;

const END_ALL = `
  UPDATE sessions SET ended_at = $3
  WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid AND ended_at IS NULL
    AND ($4::timestamptz IS NULL OR created_at <= $4 OR created_at > $3) RETURNING id`;

const CARRY_OVER = `
  UPDATE sessions SET credentials_version = $3
  WHERE user_id = $1 AND id = $2 AND ended_at IS NULL`;

/** Opens, renews and ends sessions. Knows nothing of second factors. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly accounts: MfaAccounts,
    private readonly config: ServerConfig,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** Makes a session's tokens and its row. The caller writes the row with what earned it. */
  async prepare(signIn: SignIn): Promise<PreparedSession> {
    const { userId, provider, credentialsVersion, proofs, amr, authenticatedAt, client } = signIn;
    const now = this.clock.now();
    const [sessionId, refreshId] = [this.random.rowId(), this.random.rowId()];
    const proofId = this.random.rowId();
    const expiresAt = sessionEnd({ createdAt: now, lastUsedAt: now }, this.config.sessionLimits);
    const [access, refresh] = await Promise.all([
      this.accessTokens.sign({ userId, sessionId, amr, authenticatedAt, proofId }, now),
      this.refreshTokens.sign({ userId, sessionId, refreshId }, { issuedAt: now, expiresAt }),
    ]);
    const values = {
      user_id: userId,
      id: sessionId,
      refresh_id: refreshId,
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

  /** Makes the access token of a session whose user has given a fresh proof, and what it stands on. */
  async prepareStepUp({ proofs, ...proven }: RenewedProofs): Promise<PreparedStepUp> {
    const { userId, sessionId } = proven;
    const proofId = this.random.rowId();
    const { token, expiresAt } = await this.accessTokens.sign(
      { ...proven, proofId },
      this.clock.now(),
    );
    const key = { user_id: userId, id: sessionId, ended_at: null };
    const set = { proofs: storedProofs(proofs), proof_id: proofId };
    return { access: token, accessExpiresAt: expiresAt, change: { table: 'sessions', key, set } };
  }

  /**
   * The session of a refresh token, spent or not.
   *
   * @throws {MfaError} `token_not_valid`
   */
  async read(refreshToken: string): Promise<RefreshFacts> {
    return this.refreshTokens.verify(refreshToken);
  }

  /** The session that this token may renew, or null: the token is spent, or the session is over. */
  async findRenewable({ userId, sessionId, refreshId }: RefreshFacts): Promise<Session | null> {
    return this.sessions.findOneBy({ userId, id: sessionId, refreshId, endedAt: IsNull() });
  }

  /** Whether it has not been ended. */
  async isOpen({ userId, sessionId }: SessionKey): Promise<boolean> {
    return this.sessions.existsBy({ userId, id: sessionId, endedAt: IsNull() });
  }

  /**
   * Spends a refresh token and gives new ones; null where another request was faster. What can fail is
   * read before it is spent: nobody has the new tokens of an answer that is an error.
   */
  async renew(spent: RefreshFacts, session: Session): Promise<SessionTokens | null> {
    const now = this.clock.now();
    const standingOf = await this.accounts.assess(spent.userId);
    const expiresAt = sessionEnd(
      { createdAt: session.createdAt, lastUsedAt: now },
      this.config.sessionLimits,
    );
    const next = { ...spent, refreshId: this.random.rowId() };
    const refresh = await this.refreshTokens.sign(next, { issuedAt: now, expiresAt });
    const key = [spent.userId, spent.sessionId, spent.refreshId];
    const [[proven]] = await this.database.query<[Pick<Session, 'proofs' | 'proofId'>[], number]>(
      ROTATE,
      [...key, next.refreshId, now, expiresAt],
    );
    if (proven === undefined) return null;
    const { amr, authenticatedAt } = standingOf(readProofs(proven.proofs));
    // A session begins with a proof, and the first factor's always counts: there is a time.
    const standing = { amr, authenticatedAt: authenticatedAt ?? session.createdAt };
    const facts = { ...next, ...standing, proofId: proven.proofId };
    return sessionTokens(await this.accessTokens.sign(facts, now), refresh);
  }

  /** Ends the session whose token comes back spent. False: it is not spent, or it was over. */
  async endReused(spent: RefreshFacts, manager: EntityManager): Promise<boolean> {
    const key = [spent.userId, spent.sessionId, spent.refreshId, this.clock.now()];
    return this.changesOne(manager, END_WHERE_SPENT, key);
  }

  /** Ends one session. False: there is none (any more). */
  async end({ userId, sessionId }: SessionKey, manager: EntityManager): Promise<boolean> {
    return this.changesOne(manager, END, [userId, sessionId, this.clock.now()]);
  }

  /** Lets one session go on under its user's new password. False: it is over. */
  async carryOver(
    { userId, sessionId }: SessionKey,
    credentialsVersion: string,
    manager: EntityManager,
  ): Promise<boolean> {
    return this.changesOne(manager, CARRY_OVER, [userId, sessionId, credentialsVersion]);
  }

  /**
   * Ends every session of a user.
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
