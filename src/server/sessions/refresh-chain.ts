import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import {
  addSeconds,
  type ChainRow,
  type ChainStanding,
  chainStandingOf,
  Clock,
  MfaAccounts,
  MfaError,
  readProofs,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { AccessTokens } from './access-tokens.js';
import { type RefreshFacts, RefreshTokens } from './refresh-tokens.js';
import { sessionEnd } from '../config/session-limits.js';
import { type SessionTokens, sessionTokens } from './session-tokens.js';
import { type Session } from './session.entity.js';

/** The session of a presented refresh token, with what a renewal needs. */
export interface RenewableSession extends Pick<
  Session,
  'userId' | 'provider' | 'createdAt' | 'expiresAt' | 'proofs' | 'proofId'
> {
  readonly standing: ChainStanding;
  /** Whether both session and user allow a renewal. */
  readonly isLive: boolean;
  /** The contents of its present refresh token. */
  readonly present: RefreshFacts;
}

const MAY_GO_ON = `u.disabled_at IS NULL AND u.frozen_at IS NULL
  AND u.credentials_version = s.credentials_version`;

const FIND = `
  SELECT s.refresh_generation AS generation, s.refresh_salt AS salt, s.refresh_key_id AS "keyId",
    s.former_refresh_salt AS "formerSalt",
    s.refresh_spent_at[s.refresh_generation - $3::int] AS "spentAt",
    s.provider, s.created_at AS "createdAt", s.expires_at AS "expiresAt", s.proofs,
    s.proof_id AS "proofId", s.expires_at > $4 AND ${MAY_GO_ON} AS "isLive"
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.user_id = $1 AND s.id = $2 AND s.ended_at IS NULL`;

/** One atomic statement: of several requests with one token, the second finds another generation. */
const ROTATE = `
  UPDATE sessions s
  SET refresh_generation = $5, refresh_salt = $6, refresh_key_id = $7,
    former_refresh_salt = s.refresh_salt,
    refresh_spent_at = $8::timestamptz || s.refresh_spent_at[1:(
      SELECT count(*)::int FROM unnest(s.refresh_spent_at) AS spent (at) WHERE at > $10)],
    last_used_at = $8, expires_at = $9
  WHERE s.user_id = $1 AND s.id = $2 AND s.refresh_generation = $3 AND s.refresh_salt = $4
    AND s.ended_at IS NULL AND s.expires_at > $8 AND $9 > $8
    AND EXISTS (SELECT 1 FROM users u WHERE u.id = $1 AND ${MAY_GO_ON})
  RETURNING s.proofs, s.proof_id AS "proofId"`;

const END_WHERE_SPENT = `
  UPDATE sessions SET ended_at = $4
  WHERE user_id = $1 AND id = $2 AND refresh_generation > $3 AND ended_at IS NULL`;

interface FoundRow
  extends
    ChainRow,
    Pick<RenewableSession, Exclude<keyof Session & keyof RenewableSession, 'userId'>> {
  readonly keyId: string;
  readonly isLive: unknown;
}

type Proven = Pick<Session, 'proofs' | 'proofId'>;

/**
 * The refresh tokens of a session form a chain that never forks. A client that presents the
 * previous token within the grace period gets the present one, never a new one.
 */
@Injectable()
export class RefreshChain {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
    private readonly accounts: MfaAccounts,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

  /** The session of a refresh token, with the token's standing; null when it has ended. */
  async find(token: RefreshFacts): Promise<RenewableSession | null> {
    const { userId, sessionId, generation } = token;
    const now = this.clock.now();
    const [row] = await this.database.query<FoundRow[]>(FIND, [userId, sessionId, generation, now]);
    if (row === undefined) return null;
    const { provider, createdAt, expiresAt, proofs, proofId, keyId, salt } = row;
    return {
      ...{ userId, provider, createdAt, expiresAt, proofs, proofId },
      standing: chainStandingOf(token, row, {
        now,
        graceSeconds: this.config.refreshGraceSeconds,
      }),
      isLive: row.isLive === true,
      present: { userId, sessionId, generation: row.generation, salt, keyId },
    };
  }

  /**
   * Spends the present token of a session and returns new ones; null if another request was faster.
   * Everything that can fail is done before that, except signing the access token.
   */
  async rotate(session: RenewableSession): Promise<SessionTokens | null> {
    const now = this.clock.now();
    const { present } = session;
    const standingOf = await this.accounts.assess(present.userId);
    // Nothing is spent for a session that gets no tokens: its client would be taken for a thief later.
    provenBy(standingOf, session);
    const limits = this.config.sessionLimits;
    const expiresAt = sessionEnd({ createdAt: session.createdAt, lastUsedAt: now }, limits);
    const next = this.refreshTokens.next(present);
    const token = this.refreshTokens.write(next);
    const [[proven]] = await this.database.query<[Proven[], number]>(ROTATE, [
      ...[present.userId, present.sessionId, present.generation, present.salt],
      ...[next.generation, next.salt, next.keyId],
      ...[now, expiresAt, addSeconds(now, -this.config.refreshGraceSeconds)],
    ]);
    if (proven === undefined) return null;
    return this.tokensOf({ ...session, ...proven }, standingOf, { token, expiresAt });
  }

  /**
   * Returns the present refresh token of a session again, with a new access token. Changes nothing.
   *
   * @throws {MfaError} `token_not_valid` when its key is no longer in the ring
   */
  async repeat(session: RenewableSession): Promise<SessionTokens> {
    const { present, expiresAt } = session;
    const token = this.refreshTokens.write(present);
    const standingOf = await this.accounts.assess(present.userId);
    return this.tokensOf(session, standingOf, { token, expiresAt });
  }

  /** Ends the session of a reused token. False if the token is not spent or the session had already ended. */
  async endReused(spent: RefreshFacts, manager: EntityManager): Promise<boolean> {
    const key = [spent.userId, spent.sessionId, spent.generation, this.clock.now()];
    const [, ended] = await manager.query<[unknown[], number]>(END_WHERE_SPENT, key);
    return ended === 1;
  }

  private tokensOf(
    { present: { userId, sessionId }, proofs, proofId }: RenewableSession,
    standingOf: StandingOf,
    refresh: { readonly token: string; readonly expiresAt: Date },
  ): SessionTokens {
    const facts = { userId, sessionId, proofId, ...provenBy(standingOf, { proofs }) };
    return sessionTokens(this.accessTokens.sign(facts, this.clock.now()), refresh);
  }
}

/** Judges proofs by the methods that a user has now. */
type StandingOf = Awaited<ReturnType<MfaAccounts['assess']>>;

/**
 * What the proofs of a session show now. The proof of a host's first factor always counts; that of a passkey
 * goes with the passkey.
 *
 * @throws {MfaError} `token_not_valid` where they show nothing any more
 */
function provenBy(standingOf: StandingOf, { proofs }: Pick<RenewableSession, 'proofs'>) {
  const { authenticatedAt, ...shown } = standingOf(readProofs(proofs));
  if (authenticatedAt === null) throw new MfaError('token_not_valid');
  return { ...shown, authenticatedAt };
}
