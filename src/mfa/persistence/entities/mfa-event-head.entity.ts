import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The end of one user's chain of events, so that removing the last ones shows. */
@Entity('mfa_event_heads')
export class MfaEventHeadEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  @Column('bigint')
  seq!: string;

  @Column('bytea')
  hash!: Buffer;
}
