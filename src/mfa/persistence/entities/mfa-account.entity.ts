import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The budget of one user over all methods. Every change of the user's factors locks this row. */
@Entity('mfa_accounts')
export class MfaAccountEntity {
  /** The host's key of the user, as text. */
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  /** Consecutive wrong proofs over all methods. */
  @Column('integer', { default: 0 })
  failures!: number;

  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil!: Date | null;

  /** Grows with every change of the user's factors, and with every proof of one; 0 before the first. */
  @Column('integer', { default: 0 })
  version!: number;
}
