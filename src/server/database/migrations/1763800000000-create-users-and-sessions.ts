import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { EMAIL_CHANGE_TABLES } from './email-change-tables.js';

/** The server's own tables: users, sessions, and what belongs to them. */
export class CreateUsersAndSessions1763800000000 implements MigrationInterface {
  readonly name = 'CreateUsersAndSessions1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}

/** Records after which event of its user a session began. The order comes from the events, not from a clock. */
const NUMBER_SESSIONS = [
  `CREATE FUNCTION number_session() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.began_after_seq := coalesce(
        (SELECT seq FROM mfa_event_heads WHERE user_id = NEW.user_id::text), 0);
      RETURN NEW;
    END $$`,
  `CREATE TRIGGER sessions_number BEFORE INSERT ON sessions
    FOR EACH ROW EXECUTE FUNCTION number_session()`,
];

/** Sessions that one sign-in ends at most. If more are too many, they end with the next sign-ins. */
const MOST_AT_ONCE = 10;

/**
 * Ends the live sessions that were used longest ago, so that at most `most` remain together with the
 * newest one. The lock makes the sign-ins of one user follow each other, so each sees the sessions of those
 * before it.
 */
const END_SURPLUS_SESSIONS = `CREATE FUNCTION end_surplus_sessions(
    owner uuid, newest uuid, most integer, at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE
      ended integer;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('sessions of ' || owner, 0));
      UPDATE sessions s SET ended_at = at FROM (
        SELECT o.id FROM (
          SELECT id, last_used_at FROM sessions
          WHERE user_id = owner AND id <> newest AND ended_at IS NULL AND expires_at > at
          ORDER BY last_used_at DESC, id DESC OFFSET most - 1
        ) o ORDER BY o.last_used_at, o.id LIMIT ${MOST_AT_ONCE}
      ) surplus
      WHERE s.user_id = owner AND s.id = surplus.id AND s.ended_at IS NULL;
      GET DIAGNOSTICS ended = ROW_COUNT;
      RETURN ended;
    END $$`;

const UP = [
  `CREATE TABLE users (
    id uuid PRIMARY KEY,
    username varchar(150) NOT NULL,
    username_key text NOT NULL,
    email varchar(254),
    email_key text,
    email_unasked boolean NOT NULL DEFAULT false,
    email_verified_at timestamptz,
    email_code_tag text,
    email_code_expires_at timestamptz,
    email_code_attempts integer NOT NULL DEFAULT 0,
    first_name varchar(150) NOT NULL,
    last_name varchar(150) NOT NULL,
    password_hash text,
    provider text,
    shared_secret_hash text,
    credentials_version uuid NOT NULL,
    disabled_at timestamptz,
    frozen_at timestamptz,
    reset_needs_password boolean NOT NULL DEFAULT false,
    password_by_mail boolean NOT NULL DEFAULT false,
    language varchar(8),
    created_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX users_username_key ON users (username_key)`,
  `CREATE UNIQUE INDEX users_email_key ON users (email_key)
  WHERE email_unasked OR email_verified_at IS NOT NULL`,
  `CREATE INDEX users_email_key_idx ON users (email_key)`,
  `CREATE INDEX users_bcrypt_idx ON users (id) WHERE password_hash LIKE '$2%'`,
  `CREATE TABLE sessions (
    user_id uuid NOT NULL,
    id uuid NOT NULL,
    refresh_generation integer NOT NULL,
    refresh_salt text NOT NULL,
    refresh_key_id text NOT NULL,
    former_refresh_salt text,
    refresh_spent_at timestamptz[] NOT NULL DEFAULT '{}',
    provider text NOT NULL,
    credentials_version uuid NOT NULL,
    proofs jsonb NOT NULL,
    proof_id uuid NOT NULL,
    began_by_first_factor boolean NOT NULL,
    began_after_seq bigint NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ip text,
    user_agent text,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX sessions_expires_at_idx ON sessions (expires_at)`,
  `CREATE INDEX sessions_live_idx ON sessions (user_id, last_used_at, id) WHERE ended_at IS NULL`,
  ...NUMBER_SESSIONS,
  END_SURPLUS_SESSIONS,
  `CREATE TABLE repudiation_tokens (
    tag text PRIMARY KEY,
    user_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    address_tag text NOT NULL,
    event_type varchar(40) NOT NULL,
    factor varchar(32),
    target text,
    change_id uuid,
    session_id text,
    event_seq bigint NOT NULL,
    event_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX repudiation_tokens_address_tag_created_at_idx
  ON repudiation_tokens (address_tag, created_at)`,
  `CREATE INDEX repudiation_tokens_expires_at_idx ON repudiation_tokens (expires_at)`,
  `CREATE TABLE password_reset_links (
    user_id uuid NOT NULL,
    id uuid NOT NULL,
    asker text NOT NULL,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    password_attempts integer NOT NULL DEFAULT 0,
    password_attempted_at timestamptz,
    spent_at timestamptz,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX password_reset_links_expires_at_idx ON password_reset_links (expires_at)`,
  `CREATE TABLE former_passwords (
    user_id uuid NOT NULL,
    id uuid NOT NULL,
    password_hash text,
    former_version uuid NOT NULL,
    session_id uuid,
    after_seq bigint NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX former_passwords_replaced_at_idx ON former_passwords (replaced_at)`,
  ...EMAIL_CHANGE_TABLES,
  `CREATE TABLE known_devices (
    user_id uuid NOT NULL,
    user_agent text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, user_agent),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE TABLE waiting_notices (
    user_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    address_tag text NOT NULL,
    event_type varchar(40) NOT NULL,
    factor varchar(32),
    session_id text NOT NULL,
    event_seq bigint NOT NULL,
    more integer NOT NULL DEFAULT 0,
    last_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, delivery_id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX waiting_notices_created_at_idx ON waiting_notices (created_at)`,
  `CREATE TABLE login_failures (
    user_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    network text NOT NULL,
    times integer NOT NULL,
    event_seq bigint NOT NULL,
    PRIMARY KEY (user_id, hour, network),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX login_failures_user_id_event_seq_idx ON login_failures (user_id, event_seq)`,
  `CREATE TABLE email_confirmations (
    id uuid PRIMARY KEY,
    address_tag text NOT NULL,
    sent_at timestamptz NOT NULL
  )`,
  `CREATE INDEX email_confirmations_address_tag_sent_at_idx
  ON email_confirmations (address_tag, sent_at)`,
  `CREATE INDEX email_confirmations_sent_at_idx ON email_confirmations (sent_at)`,
  `CREATE TABLE clean_up_leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    held_until timestamptz NOT NULL
  )`,
];

const DOWN = [
  `DROP TABLE clean_up_leases`,
  `DROP TABLE email_confirmations`,
  `DROP TABLE waiting_notices`,
  `DROP TABLE login_failures`,
  `DROP TABLE known_devices`,
  `DROP TABLE former_addresses`,
  `DROP TABLE email_changes`,
  `DROP TABLE former_passwords`,
  `DROP TABLE password_reset_links`,
  `DROP TABLE repudiation_tokens`,
  `DROP TABLE sessions`,
  `DROP FUNCTION end_surplus_sessions(uuid, uuid, integer, timestamptz), number_session()`,
  `DROP TABLE users`,
];
