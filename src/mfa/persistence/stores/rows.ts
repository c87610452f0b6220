import { Injectable } from '@nestjs/common';
import { raw } from 'sql-template-tag';
import { type Authenticator } from '../../core/ports/authenticators.js';
import { readProofs } from '../../core/ports/assurance.js';
import { type ChallengePurpose } from '../../core/ports/challenge-purpose.js';
import { type ChallengeRecord, type MethodRecord } from '../../core/ports/stores.js';
import { PayloadCipher } from '../sealing/payload-cipher.js';

/** Columns of `mfa_methods AS m`, as {@link MethodRow}. */
export const METHOD_COLUMNS = raw(`
  m.user_id AS m_user_id, m.id AS m_id, m.handler AS m_handler, m.is_active AS m_is_active,
  m.is_primary AS m_is_primary, m.created_at AS m_created_at, m.confirmed_at AS m_confirmed_at,
  m.activated_at AS m_activated_at, m.activation AS m_activation,
  m.activated_version AS m_activated_version, m.activated_in AS m_activated_in, m.last_used_at AS m_last_used_at, m.state AS m_state,
  m.state_version AS m_state_version, m.version AS m_version`);

/** A row of `mfa_methods`, its state still sealed. */
export interface MethodRow {
  m_user_id: string;
  m_id: string;
  m_handler: string;
  m_is_active: boolean;
  m_is_primary: boolean;
  m_created_at: Date;
  m_confirmed_at: Date | null;
  m_activated_at: Date | null;
  m_activation: number | null;
  m_activated_version: number | null;
  m_activated_in: string | null;
  m_last_used_at: Date | null;
  m_state: Buffer;
  m_state_version: number;
  m_version: number;
}

/** Columns of `mfa_challenges AS c`, as {@link ChallengeRow}. */
export const CHALLENGE_COLUMNS = raw(`
  c.user_id AS c_user_id, c.id AS c_id, c.purpose AS c_purpose, c.method_id AS c_method_id,
  c.handler AS c_handler, c.proofs AS c_proofs, c.provider AS c_provider, c.session_id AS c_session_id, c.credentials_version AS c_credentials_version,
  c.authenticator_id AS c_authenticator_id, c.data AS c_data, c.created_at AS c_created_at, c.expires_at AS c_expires_at,
  c.account_version AS c_account_version, c.attempts AS c_attempts, c.version AS c_version`);

/** A row of `mfa_challenges`, its data still sealed; null where the handler gave none. */
export interface ChallengeRow {
  c_user_id: string;
  c_id: string;
  c_purpose: ChallengePurpose;
  c_method_id: string | null;
  c_handler: string;
  c_authenticator_id: string | null;
  c_proofs: unknown;
  c_provider: string | null;
  c_session_id: string | null;
  c_credentials_version: string;
  c_data: Buffer | null;
  c_created_at: Date;
  c_expires_at: Date;
  c_account_version: number;
  c_attempts: number;
  c_version: number;
}

/**
 * Whether the method `m` has been active without a break since the challenge `c` was opened;
 * versions of the account give the order. The challenge of an enrolment needs no active method: it
 * names an authenticator, and dies with that.
 */
export const IS_ALIVE = raw(`
  (c.purpose = 'enrol' OR (m.is_active AND m.activated_version <= c.account_version))`);

/** Opens what is sealed in rows, and seals what goes into them. */
@Injectable()
export class SealedRows {
  constructor(private readonly cipher: PayloadCipher) {}

  method(row: MethodRow): MethodRecord {
    return {
      id: row.m_id,
      subjectId: row.m_user_id,
      handler: row.m_handler,
      isActive: row.m_is_active,
      isPrimary: row.m_is_primary,
      createdAt: row.m_created_at,
      confirmedAt: row.m_confirmed_at,
      activatedAt: row.m_activated_at,
      activation: row.m_activation,
      activatedVersion: row.m_activated_version,
      activatedIn: row.m_activated_in,
      lastUsedAt: row.m_last_used_at,
      authenticators: this.authenticators(row),
      stateVersion: row.m_state_version,
      version: row.m_version,
    };
  }

  challenge(row: ChallengeRow): ChallengeRecord {
    const owner = ownerOfData({ subjectId: row.c_user_id, id: row.c_id, purpose: row.c_purpose });
    return {
      subjectId: row.c_user_id,
      id: row.c_id,
      purpose: row.c_purpose,
      methodId: row.c_method_id,
      handler: row.c_handler,
      authenticatorId: row.c_authenticator_id,
      proofs: readProofs(row.c_proofs),
      provider: row.c_provider,
      sessionId: row.c_session_id,
      credentialsVersion: row.c_credentials_version,
      data: row.c_data && this.cipher.open(row.c_data, owner),
      createdAt: row.c_created_at,
      expiresAt: row.c_expires_at,
      accountVersion: row.c_account_version,
      attempts: row.c_attempts,
      version: row.c_version,
    };
  }

  sealAuthenticators(
    authenticators: readonly Authenticator[],
    method: { subjectId: string; id: string },
  ): Buffer {
    const stored = authenticators.map(storedForm);
    return this.cipher.seal(stored, ownerOfState(method.subjectId, method.id));
  }

  private authenticators(row: MethodRow): Authenticator[] {
    const opened = this.cipher.open(row.m_state, ownerOfState(row.m_user_id, row.m_id));
    // `sealAuthenticators` sealed it under our key: nobody else can have written it.
    return (opened as StoredAuthenticator[]).map(authenticatorOf);
  }

  /** Null stays null: a challenge without data is no secret. */
  sealData(
    data: unknown,
    challenge: { subjectId: string; id: string; purpose: ChallengePurpose },
  ): Buffer | null {
    return data === null ? null : this.cipher.seal(data, ownerOfData(challenge));
  }
}

/** An {@link Authenticator} as JSON. */
export interface StoredAuthenticator {
  id: string;
  label: string | null;
  createdAt: string;
  setUpIn: string | null;
  boundAt: string | null;
  confirmedAt: string | null;
  confirmedIn: number | null;
  lastUsedAt: string | null;
  state: unknown;
}

/** Dates become ISO texts, since JSON has none. */
export function storedForm({ state, ...authenticator }: Authenticator): StoredAuthenticator {
  const { id, label, createdAt, setUpIn, boundAt, confirmedAt, confirmedIn, lastUsedAt } =
    authenticator;
  return {
    id,
    label,
    createdAt: createdAt.toISOString(),
    setUpIn,
    boundAt: boundAt?.toISOString() ?? null,
    confirmedAt: confirmedAt?.toISOString() ?? null,
    confirmedIn,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    state,
  };
}

/** Undoes {@link storedForm}. */
export function authenticatorOf({ state, ...stored }: StoredAuthenticator): Authenticator {
  return {
    id: stored.id,
    label: stored.label,
    createdAt: new Date(stored.createdAt),
    setUpIn: stored.setUpIn,
    boundAt: stored.boundAt === null ? null : new Date(stored.boundAt),
    confirmedAt: stored.confirmedAt === null ? null : new Date(stored.confirmedAt),
    confirmedIn: stored.confirmedIn,
    lastUsedAt: stored.lastUsedAt === null ? null : new Date(stored.lastUsedAt),
    state,
  };
}

function ownerOfState(subjectId: string, rowId: string) {
  return { use: 'state', subjectId, rowId, purpose: 'method' } as const;
}

function ownerOfData(challenge: { subjectId: string; id: string; purpose: ChallengePurpose }) {
  const { subjectId, id, purpose } = challenge;
  return { use: 'challenge', subjectId, rowId: id, purpose } as const;
}
