import { type EntityManager } from 'typeorm';
import { type Opening, type ReversedChange } from '../../mfa/index.js';

/**
 * Passwords set by the disowned change or by one of its sessions since; and those set later by
 * sessions that began with one of these passwords. A reset by mail breaks the series, because it
 * needs none of these passwords.
 */
const CHOSEN = `
  WITH RECURSIVE chosen (id) AS (
    SELECT id FROM former_passwords
    WHERE user_id = $1 AND (id::text = $4 OR (session_id::text = ANY($3) AND after_seq >= $5))
    UNION
    SELECT next.id FROM former_passwords next JOIN chosen ON next.former_version = chosen.id
    WHERE next.user_id = $1 AND next.session_id IS NOT NULL
  )`;

/**
 * Each proof of a session names its authenticator, or its set of backup codes. A session that began with a
 * passkey needed no password.
 */
const FIND = `${CHOSEN}
  SELECT s.id FROM sessions s
  WHERE s.user_id = $1 AND (
    (s.credentials_version IN (SELECT id FROM chosen) AND EXISTS (
      SELECT 1 FROM jsonb_array_elements(s.proofs) AS proof
      WHERE proof ->> 'methodId' IS NULL))
    OR EXISTS (
      SELECT 1 FROM jsonb_array_elements(s.proofs) AS proof
      WHERE proof ->> 'authenticatorId' = ANY($2) OR proof ->> 'backupCodesId' = ANY($2))
    OR EXISTS (
      SELECT 1 FROM unnest($6::text[], $7::bigint[], $8::bigint[])
        AS opening (authenticator_id, after_seq, until_seq)
      WHERE s.began_after_seq > opening.after_seq
        AND (opening.until_seq IS NULL OR s.began_after_seq <= opening.until_seq)
        AND CASE WHEN opening.authenticator_id IS NULL THEN s.began_by_first_factor
          ELSE EXISTS (
            SELECT 1 FROM jsonb_array_elements(s.proofs) AS proof
            WHERE proof ->> 'authenticatorId' = opening.authenticator_id) END))`;

/** The number of the last event before a session began. */
const BEGIN = `
  SELECT began_after_seq::int AS seq FROM sessions WHERE user_id = $1 AND id::text = $2`;

/** The means by which somebody else may have opened sessions. */
export interface Means {
  readonly change: Pick<ReversedChange, 'subjectId' | 'seq' | 'target'>;
  /** Ids of authenticators and of sets of backup codes. */
  readonly credentialIds: readonly string[];
  /** Sessions known to be somebody else's. */
  readonly sessionIds: readonly string[];
  readonly openings: readonly Opening[];
}

/**
 * The sessions of a user, ended or not, that were opened or stepped up with one of these
 * credentials; that began with, or continued under, a password set by the change or by one of these
 * sessions; or that began in one of the openings.
 *
 * @param manager of the transaction to read in
 */
export async function sessionsProvenBy(
  { change, credentialIds, sessionIds, openings }: Means,
  manager: EntityManager,
): Promise<string[]> {
  const { subjectId: userId, target, seq } = change;
  const key = [userId, credentialIds, sessionIds, target ?? null, seq];
  const opened = [
    openings.map(({ authenticatorId }) => authenticatorId),
    openings.map(({ afterSeq }) => afterSeq),
    openings.map(({ untilSeq }) => untilSeq),
  ];
  const rows = await manager.query<{ id: string }[]>(FIND, [...key, ...opened]);
  return rows.map(({ id }) => id);
}

/** The number of the user's last event before a session began; null if the session is no longer stored. */
export async function beginOf(
  userId: string,
  sessionId: string,
  manager: EntityManager,
): Promise<number | null> {
  const [session] = await manager.query<{ seq: number }[]>(BEGIN, [userId, sessionId]);
  return session?.seq ?? null;
}
