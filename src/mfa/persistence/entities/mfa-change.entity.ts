import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One change of factors that its owner can still disown. */
@Entity('mfa_changes')
@Index('mfa_changes_at_idx', ['at'])
export class MfaChangeEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  /** Grows with each change of a user. It gives the order, which clocks cannot. */
  @Column('bigint')
  place!: string;

  /** The host's session that made it. */
  @Column('text', { name: 'session_id', nullable: true })
  sessionId!: string | null;

  /** The type of the event that records it. */
  @Column('varchar', { length: 40 })
  type!: string;

  @Column('varchar', { length: 32, nullable: true })
  factor!: string | null;

  @Column('text', { nullable: true })
  target!: string | null;

  @Column('timestamptz')
  at!: Date;

  /** The number of the user's last event when the change was logged. It gives the order, which clocks cannot. */
  @Column('bigint', { name: 'after_seq' })
  afterSeq!: string;

  /** The method or the backup codes before the change, as one sealed envelope. */
  @Column('bytea', { nullable: true })
  former!: Buffer | null;

  /** For each kept, unspent backup code: the id of the key that its lookup was made with. */
  @Column('text', { name: 'lookup_keys', array: true, nullable: true })
  lookupKeys!: string[] | null;
}
