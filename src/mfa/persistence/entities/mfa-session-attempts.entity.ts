import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * The budget of one session, or of all sessions of a user together, for a signed-in person's wrong
 * proofs of one factor.
 */
@Entity('mfa_session_attempts')
@Index('mfa_session_attempts_last_failed_at_idx', ['lastFailedAt'])
export class MfaSessionAttemptsEntity {
  /** The host's key of the user, as text. */
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  /** The host's session; empty if the host keeps none; `*` for all sessions of the user together. */
  @PrimaryColumn('text', { name: 'session_id' })
  sessionId!: string;

  /** What is guessed at: the name of a handler, `backup_code` or `password`. */
  @PrimaryColumn('varchar', { length: 32 })
  factor!: string;

  /** Consecutive wrong proofs. */
  @Column('integer')
  failures!: number;

  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil!: Date | null;

  /** When the last one was counted. */
  @Column('timestamptz', { name: 'last_failed_at' })
  lastFailedAt!: Date;
}
