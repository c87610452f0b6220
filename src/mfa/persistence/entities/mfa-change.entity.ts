import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One change of factors that its owner may still say was not theirs. */
@Entity('mfa_changes')
@Index('mfa_changes_at_idx', ['at'])
export class MfaChangeEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  /** Grows from each change of a user to the next: no clock says which came first. */
  @Column('bigint')
  place!: string;

  /** The host's session that made it. */
  @Column('text', { name: 'session_id', nullable: true })
  sessionId!: string | null;

  /** As of the event that tells of it. */
  @Column('varchar', { length: 40 })
  type!: string;

  @Column('varchar', { length: 32, nullable: true })
  factor!: string | null;

  @Column('text', { nullable: true })
  target!: string | null;

  @Column('timestamptz')
  at!: Date;

  /** The number of the last event of the user when it was logged: no clock says what came before. */
  @Column('bigint', { name: 'after_seq' })
  afterSeq!: string;

  /** The method or the backup codes as they were before it, as one sealed envelope. */
  @Column('bytea', { nullable: true })
  former!: Buffer | null;

  /** The ids of the keys by which the kept backup codes that are not spent are found, one for each. */
  @Column('text', { name: 'lookup_keys', array: true, nullable: true })
  lookupKeys!: string[] | null;
}
