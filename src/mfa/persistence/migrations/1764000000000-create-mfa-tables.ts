import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { BOUND_DEVICES, UNBOUND_DEVICES } from './device-bound.js';
import { CHAIN_EVENTS, UNCHAIN_EVENTS } from './event-chain.js';

/** The tables of the library. `user_id` leads every key of the hot path. */
export class CreateMfaTables1764000000000 implements MigrationInterface {
  readonly name = 'CreateMfaTables1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`DROP TABLE "${table}"`);
    await queryRunner.query(UNCHAIN_EVENTS);
    await queryRunner.query(UNBOUND_DEVICES);
  }
}

const TABLES = [
  'mfa_spent_nonces',
  'mfa_subject_handles',
  'mfa_devices',
  'mfa_session_attempts',
  'mfa_send_budgets',
  'mfa_outbox',
  'mfa_changes',
  'mfa_events',
  'mfa_event_heads',
  'mfa_backup_codes',
  'mfa_challenges',
  'mfa_methods',
  'mfa_accounts',
];

const UP = [
  `CREATE TABLE "mfa_accounts" (
    "user_id" text NOT NULL,
    "failures" integer NOT NULL DEFAULT 0,
    "locked_until" timestamptz,
    "version" integer NOT NULL DEFAULT 0,
    CONSTRAINT "mfa_accounts_pkey" PRIMARY KEY ("user_id")
  ) WITH (fillfactor = 70)`,

  `CREATE TABLE "mfa_methods" (
    "user_id" text NOT NULL,
    "id" uuid NOT NULL,
    "handler" varchar(32) NOT NULL,
    "is_active" boolean NOT NULL DEFAULT false,
    "is_primary" boolean NOT NULL DEFAULT false,
    "created_at" timestamptz NOT NULL,
    "confirmed_at" timestamptz,
    "activated_at" timestamptz,
    "activation" integer,
    "activated_version" integer,
    "activated_in" text,
    "last_used_at" timestamptz,
    "state" bytea NOT NULL,
    "state_version" integer NOT NULL,
    "version" integer NOT NULL DEFAULT 0,
    "failures" integer NOT NULL DEFAULT 0,
    "locked_until" timestamptz,
    CONSTRAINT "mfa_methods_pkey" PRIMARY KEY ("user_id", "id"),
    CONSTRAINT "mfa_methods_primary_is_active" CHECK (is_active OR NOT is_primary),
    CONSTRAINT "mfa_methods_active_since" CHECK (is_active = (activated_at IS NOT NULL))
  ) WITH (fillfactor = 70)`,
  `CREATE UNIQUE INDEX "mfa_methods_user_id_handler_key" ON "mfa_methods" ("user_id", "handler")`,
  `CREATE UNIQUE INDEX "mfa_methods_one_primary_key" ON "mfa_methods" ("user_id") WHERE is_primary`,

  `CREATE TABLE "mfa_challenges" (
    "user_id" text NOT NULL,
    "id" text NOT NULL,
    "purpose" varchar(16) NOT NULL,
    "method_id" uuid,
    "handler" varchar(32) NOT NULL,
    "authenticator_id" uuid,
    "proofs" jsonb NOT NULL,
    "provider" text,
    "session_id" text,
    "credentials_version" text NOT NULL,
    "data" bytea,
    "created_at" timestamptz NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "account_version" integer NOT NULL,
    "attempts" integer NOT NULL DEFAULT 0,
    "version" integer NOT NULL DEFAULT 0,
    "consumed_at" timestamptz,
    CONSTRAINT "mfa_challenges_pkey" PRIMARY KEY ("user_id", "id")
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX "mfa_challenges_expires_at_idx" ON "mfa_challenges" ("expires_at")`,

  `CREATE TABLE "mfa_backup_codes" (
    "user_id" text NOT NULL,
    "lookup" text NOT NULL,
    "hash" text NOT NULL,
    "set_id" uuid NOT NULL,
    "created_at" timestamptz NOT NULL,
    "spent_at" timestamptz,
    CONSTRAINT "mfa_backup_codes_pkey" PRIMARY KEY ("user_id", "lookup")
  )`,

  `CREATE TABLE "mfa_changes" (
    "user_id" text NOT NULL,
    "id" uuid NOT NULL,
    "place" bigint NOT NULL,
    "session_id" text,
    "type" varchar(40) NOT NULL,
    "factor" varchar(32),
    "target" text,
    "at" timestamptz NOT NULL,
    "after_seq" bigint NOT NULL,
    "former" bytea,
    "lookup_keys" text[],
    CONSTRAINT "mfa_changes_pkey" PRIMARY KEY ("user_id", "id")
  )`,
  `CREATE INDEX "mfa_changes_at_idx" ON "mfa_changes" ("at")`,

  `CREATE TABLE "mfa_events" (
    "user_id" text NOT NULL,
    "seq" bigint NOT NULL,
    "id" uuid NOT NULL,
    "at" timestamptz NOT NULL,
    "type" varchar(40) NOT NULL,
    "factor" varchar(32),
    "ip" text,
    "user_agent" text,
    "hash" bytea NOT NULL,
    CONSTRAINT "mfa_events_pkey" PRIMARY KEY ("user_id", "seq")
  )`,
  `CREATE TABLE "mfa_event_heads" (
    "user_id" text NOT NULL,
    "seq" bigint NOT NULL,
    "hash" bytea NOT NULL,
    CONSTRAINT "mfa_event_heads_pkey" PRIMARY KEY ("user_id")
  ) WITH (fillfactor = 70)`,
  ...CHAIN_EVENTS,

  `CREATE TABLE "mfa_outbox" (
    "user_id" text NOT NULL,
    "id" uuid NOT NULL,
    "consumer" varchar(64) NOT NULL,
    "event_id" uuid NOT NULL,
    "event_seq" bigint NOT NULL,
    "event_hash" bytea NOT NULL,
    "payload" bytea NOT NULL,
    "attempts" integer NOT NULL DEFAULT 0,
    "next_attempt_at" timestamptz NOT NULL,
    "created_at" timestamptz NOT NULL,
    "failed_at" timestamptz,
    CONSTRAINT "mfa_outbox_pkey" PRIMARY KEY ("user_id", "id")
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX "mfa_outbox_due_idx" ON "mfa_outbox" ("consumer", "next_attempt_at")
    WHERE failed_at IS NULL`,
  `CREATE INDEX "mfa_outbox_untried_idx" ON "mfa_outbox" ("consumer", "next_attempt_at", "id")
    WHERE failed_at IS NULL AND attempts = 0`,
  `CREATE INDEX "mfa_outbox_failed_at_idx" ON "mfa_outbox" ("failed_at")
    WHERE failed_at IS NOT NULL`,

  `CREATE TABLE "mfa_send_budgets" (
    "key" text NOT NULL,
    "user_id" text,
    "window_started_at" timestamptz NOT NULL,
    "sends" integer NOT NULL,
    "last_sent_at" timestamptz,
    CONSTRAINT "mfa_send_budgets_pkey" PRIMARY KEY ("key")
  )`,
  `CREATE INDEX "mfa_send_budgets_window_started_at_idx" ON "mfa_send_budgets" ("window_started_at")`,
  `CREATE INDEX "mfa_send_budgets_user_id_idx" ON "mfa_send_budgets" ("user_id")
    WHERE user_id IS NOT NULL`,

  `CREATE TABLE "mfa_session_attempts" (
    "user_id" text NOT NULL,
    "session_id" text NOT NULL,
    "factor" varchar(32) NOT NULL,
    "failures" integer NOT NULL,
    "locked_until" timestamptz,
    "last_failed_at" timestamptz NOT NULL,
    CONSTRAINT "mfa_session_attempts_pkey" PRIMARY KEY ("user_id", "session_id", "factor")
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX "mfa_session_attempts_last_failed_at_idx"
    ON "mfa_session_attempts" ("last_failed_at")`,

  `CREATE TABLE "mfa_subject_handles" (
    "realm" text NOT NULL,
    "handle" text NOT NULL,
    "user_id" text NOT NULL,
    CONSTRAINT "mfa_subject_handles_pkey" PRIMARY KEY ("realm", "handle")
  )`,
  `CREATE INDEX "mfa_subject_handles_user_id_idx" ON "mfa_subject_handles" ("user_id")`,

  `CREATE TABLE "mfa_spent_nonces" (
    "nonce" text NOT NULL,
    "expires_at" timestamptz NOT NULL,
    CONSTRAINT "mfa_spent_nonces_pkey" PRIMARY KEY ("nonce")
  )`,
  `CREATE INDEX "mfa_spent_nonces_expires_at_idx" ON "mfa_spent_nonces" ("expires_at")`,

  `CREATE TABLE "mfa_devices" (
    "user_id" text NOT NULL,
    "id" uuid NOT NULL,
    "generation" integer NOT NULL,
    "salt" text NOT NULL,
    "key_id" text NOT NULL,
    "former_salt" text,
    "spent_at" timestamptz[] NOT NULL,
    "credentials_version" text NOT NULL,
    "proof" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "last_used_at" timestamptz NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "ip" text,
    "user_agent" text,
    CONSTRAINT "mfa_devices_pkey" PRIMARY KEY ("user_id", "id")
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX "mfa_devices_expires_at_idx" ON "mfa_devices" ("expires_at")`,
  ...BOUND_DEVICES,
];
