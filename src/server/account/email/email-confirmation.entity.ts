import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One mail that asked for the confirmation of an address, and was not answered yet. It names no user:
 * what is counted are mails to an address, whoever gave it.
 */
@Entity('email_confirmations')
@Index('email_confirmations_address_tag_sent_at_idx', ['addressTag', 'sentAt'])
@Index('email_confirmations_sent_at_idx', ['sentAt'])
export class EmailConfirmation {
  /** The delivery that the mail was sent for: the same when it is sent again. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'email_confirmations_pkey' })
  readonly id!: string;

  /** Keyed hash of the address. */
  @Column('text', { name: 'address_tag' })
  readonly addressTag!: string;

  @Column('timestamptz', { name: 'sent_at' })
  readonly sentAt!: Date;
}
