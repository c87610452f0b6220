/** Creates the tables of changes of addresses: those that are asked for, and the addresses that were replaced. */
export const EMAIL_CHANGE_TABLES = [
  `CREATE TABLE email_changes (
    user_id uuid PRIMARY KEY,
    id uuid NOT NULL,
    address varchar(254) NOT NULL,
    session_id uuid NOT NULL,
    credentials_version uuid NOT NULL,
    account_version integer NOT NULL,
    code_tag text,
    attempts integer NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX email_changes_expires_at_idx ON email_changes (expires_at)`,
  `CREATE TABLE former_addresses (
    user_id uuid NOT NULL,
    id uuid NOT NULL,
    address varchar(254),
    verified_at timestamptz NOT NULL,
    session_id uuid NOT NULL,
    after_seq bigint NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX former_addresses_replaced_at_idx ON former_addresses (replaced_at)`,
];
