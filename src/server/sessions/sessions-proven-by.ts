import { type EntityManager } from 'typeorm';
import { type Opening, type ReversedChange } from '../../mfa/index.js';

/**
 * Passwords that the repudiated change chose, or one of the sessions since; and those that others,
 * signed in with one of these, chose after it. A reset by mail ends the row: whoever made it needed none
 * of them.
 */
const CHOSEN = `
  WITH RECURSIVE chosen (id) AS (
    SELECT id FROM former_passwords
    WHERE user_id = $1 AND (id::text = $4 OR (session_id::text = ANY($3) AND after_seq >= $5))
    UNION
    SELECT next.id FROM former_passwords next JOIN chosen ON next.former_version = chosen.id
    WHERE next.user_id = $1 AND next.session_id IS NOT NULL
  )`;

/** Each proof of a session names its authenticator, or its set of backup codes. */
const FIND = `${CHOSEN}
  SELECT s.id FROM sessions s
  WHERE s.user_id = $1 AND (
    s.credentials_version IN (SELECT id FROM chosen)
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

/** What made sessions possible that a change's owner did not open. */
export interface Means {
  readonly change: Pick<ReversedChange, 'subjectId' | 'seq' | 'target'>;
  /** Of authenticators and of sets of backup codes. */
  readonly credentialIds: readonly string[];
  /** Those that are known to be somebody else's. */
  readonly sessionIds: readonly string[];
  readonly openings: readonly Opening[];
}

/**
 * The sessions of a user that were opened, or stepped up, with a proof by one of these credentials,
 * or that began with, or went on under, a password that the change or one of these sessions chose, or
 * in one of the openings; ended or not.
 *
 * @param manager of the transaction that looks
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

/** After which event of its user a session began; null: it is not kept any more. */
export async function beginOf(
  userId: string,
  sessionId: string,
  manager: EntityManager,
): Promise<number | null> {
  const [session] = await manager.query<{ seq: number }[]>(BEGIN, [userId, sessionId]);
  return session?.seq ?? null;
}
