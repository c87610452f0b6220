import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** By which handle an authenticator names a subject. */
@Entity('mfa_subject_handles')
export class MfaSubjectHandleEntity {
  @PrimaryColumn('text')
  realm!: string;

  @PrimaryColumn('text')
  handle!: string;

  @Index('mfa_subject_handles_user_id_idx')
  @Column('text', { name: 'user_id' })
  subjectId!: string;
}

/** A login that began before anybody was named, and that is over. */
@Entity('mfa_spent_nonces')
export class MfaSpentNonceEntity {
  @PrimaryColumn('text')
  nonce!: string;

  @Index('mfa_spent_nonces_expires_at_idx')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
