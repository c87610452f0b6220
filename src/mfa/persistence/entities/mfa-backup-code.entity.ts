import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One backup code. */
@Entity('mfa_backup_codes')
export class MfaBackupCodeEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  /** HMAC of the code under a derived key: finds the row without a slow hash. */
  @PrimaryColumn('text')
  lookup!: string;

  /** bcrypt. */
  @Column('text')
  hash!: string;

  /** The set that the code belongs to. A newer set replaces an older one. */
  @Column('uuid', { name: 'set_id' })
  setId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'spent_at', nullable: true })
  spentAt!: Date | null;
}
