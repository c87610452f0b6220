import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One line of the audit. Rows are only ever added; a trigger chains each to the one before it. */
@Entity('mfa_events')
export class MfaEventEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  /** Counts the events of one user from 1, without a gap. */
  @PrimaryColumn('bigint')
  seq!: string;

  @Column('uuid')
  id!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('varchar', { length: 40 })
  type!: string;

  /** The handler's name; null where no single factor is concerned. */
  @Column('varchar', { length: 32, nullable: true })
  factor!: string | null;

  @Column('text', { nullable: true })
  ip!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  /** SHA-256 over the hash of the previous event and this row, as `event-chain.ts` describes. */
  @Column('bytea')
  hash!: Buffer;
}
