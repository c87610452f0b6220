import { type EntityManager } from 'typeorm';
import { type ConfirmationLife } from '../email/email-verification-rows.js';

/** A change that can still be confirmed. */
export interface OpenChange extends ConfirmationLife {
  readonly id: string;
  /** The new address. */
  readonly address: string;
  /** The session that has asked for it. */
  readonly sessionId: string;
}

/**
 * The condition on a change `c` of a user `u`, at `$2`: it is in time, and nothing has ended the right by
 * which it was asked for. Where another session has switched a second factor on since, more would have to
 * be proven now.
 */
export const IS_OPEN = `
  c.confirmed_at IS NULL AND c.expires_at > $2
  AND u.disabled_at IS NULL AND u.frozen_at IS NULL
  AND u.credentials_version = c.credentials_version
  AND EXISTS (
    SELECT 1 FROM sessions s
    WHERE s.user_id = c.user_id AND s.id = c.session_id AND s.ended_at IS NULL
      AND s.expires_at > $2)
  AND NOT EXISTS (
    SELECT 1 FROM mfa_methods m
    WHERE m.user_id = c.user_id::text AND m.is_active AND m.activated_version > c.account_version
      AND m.activated_in IS DISTINCT FROM c.session_id::text)`;

const FIND = `
  SELECT c.id, c.address, c.session_id AS "sessionId", c.requested_at AS "requestedAt",
    c.expires_at AS "expiresAt"
  FROM email_changes c JOIN users u ON u.id = c.user_id
  WHERE c.user_id = $1 AND ${IS_OPEN}`;

/** The change of a user that can be confirmed now; null if there is none. */
export async function findOpenChange(
  userId: string,
  now: Date,
  manager: EntityManager,
): Promise<OpenChange | null> {
  const [change] = await manager.query<OpenChange[]>(FIND, [userId, now]);
  return change ?? null;
}

/** As {@link findOpenChange}, and locks it until the transaction ends. */
export async function lockOpenChange(
  userId: string,
  now: Date,
  manager: EntityManager,
): Promise<OpenChange | null> {
  const [change] = await manager.query<OpenChange[]>(`${FIND} FOR UPDATE OF c`, [userId, now]);
  return change ?? null;
}
