import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One user's enrolment with one handler. */
@Entity('mfa_methods')
@Index('mfa_methods_user_id_handler_key', ['subjectId', 'handler'], { unique: true })
@Index('mfa_methods_one_primary_key', ['subjectId'], { unique: true, where: 'is_primary' })
@Check('mfa_methods_primary_is_active', 'is_active OR NOT is_primary')
@Check('mfa_methods_active_since', 'is_active = (activated_at IS NOT NULL)')
export class MfaMethodEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('varchar', { length: 32 })
  handler!: string;

  @Column('boolean', { name: 'is_active', default: false })
  isActive!: boolean;

  @Column('boolean', { name: 'is_primary', default: false })
  isPrimary!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  @Column('timestamptz', { name: 'activated_at', nullable: true })
  activatedAt!: Date | null;

  /** Its `version` when it was activated; null while it is inactive. */
  @Column('integer', { nullable: true })
  activation!: number | null;

  /** The account's version when it was activated. */
  @Column('integer', { name: 'activated_version', nullable: true })
  activatedVersion!: number | null;

  /** The host's session in which it was activated. */
  @Column('text', { name: 'activated_in', nullable: true })
  activatedIn!: string | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** Its authenticators, each with the handler's state, as one sealed envelope. */
  @Column('bytea')
  state!: Buffer;

  @Column('integer', { name: 'state_version' })
  stateVersion!: number;

  /** Grows with every change of the state, and when the method becomes inactive or active again. */
  @Column('integer', { default: 0 })
  version!: number;

  /** Consecutive wrong proofs. */
  @Column('integer', { default: 0 })
  failures!: number;

  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil!: Date | null;
}
