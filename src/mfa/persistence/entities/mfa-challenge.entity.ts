import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The row behind an ephemeral token, or behind a signed-in user's own ceremony. */
@Entity('mfa_challenges')
@Index('mfa_challenges_expires_at_idx', ['expiresAt'])
export class MfaChallengeEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  @PrimaryColumn('text')
  id!: string;

  @Column('varchar', { length: 16 })
  purpose!: string;

  /** Null when the challenge asks for the password. */
  @Column('uuid', { name: 'method_id', nullable: true })
  methodId!: string | null;

  @Column('varchar', { length: 32 })
  handler!: string;

  /** The authenticator that must answer. Null: each of the method may. */
  @Column('uuid', { name: 'authenticator_id', nullable: true })
  authenticatorId!: string | null;

  /** The {@link SessionProof}s given before, as {@link storedProofs} writes them. */
  @Column('jsonb')
  proofs!: unknown;

  /** The host's name of the first factor of a login; null where it gave none. */
  @Column('text', { nullable: true })
  provider!: string | null;

  /** The host's session that a step-up renews. */
  @Column('text', { name: 'session_id', nullable: true })
  sessionId!: string | null;

  @Column('text', { name: 'credentials_version' })
  credentialsVersion!: string;

  /** The handler's challenge data as a sealed envelope. */
  @Column('bytea', { nullable: true })
  data!: Buffer | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  /** The account's version when it was opened: methods activated later do not count for it. */
  @Column('integer', { name: 'account_version' })
  accountVersion!: number;

  @Column('integer', { default: 0 })
  attempts!: number;

  /** Grows whenever the data or the method changes. */
  @Column('integer', { default: 0 })
  version!: number;

  /** When it was spent, cancelled or ended; null while it is open. */
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}
