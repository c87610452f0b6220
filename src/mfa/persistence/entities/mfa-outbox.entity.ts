import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One event that waits for one consumer. The row goes when the event is taken, or some time after it is given up. */
@Entity('mfa_outbox')
@Index('mfa_outbox_due_idx', ['consumer', 'nextAttemptAt'], { where: 'failed_at IS NULL' })
@Index('mfa_outbox_untried_idx', ['consumer', 'nextAttemptAt', 'id'], {
  where: 'failed_at IS NULL AND attempts = 0',
})
@Index('mfa_outbox_failed_at_idx', ['failedAt'], { where: 'failed_at IS NOT NULL' })
export class MfaOutboxEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  /** The same in every try. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('varchar', { length: 64 })
  consumer!: string;

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('bigint', { name: 'event_seq' })
  eventSeq!: string;

  @Column('bytea', { name: 'event_hash' })
  eventHash!: Buffer;

  /** The event and its subject as they were, as a sealed envelope. */
  @Column('bytea')
  payload!: Buffer;

  /** Tries begun. */
  @Column('integer', { default: 0 })
  attempts!: number;

  /** When the next try is due; during a try, when the server's lease ends. */
  @Column('timestamptz', { name: 'next_attempt_at' })
  nextAttemptAt!: Date;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** When it was given up; null while it waits. */
  @Column('timestamptz', { name: 'failed_at', nullable: true })
  failedAt!: Date | null;
}
