import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One mail that asks for the confirmation of an address and is still unanswered. It names no user:
 * mails are counted by address, over all accounts that gave it.
 */
@Entity('email_confirmations')
@Index('email_confirmations_address_tag_sent_at_idx', ['addressTag', 'sentAt'])
@Index('email_confirmations_sent_at_idx', ['sentAt'])
export class EmailConfirmation {
  /** The delivery that the mail belongs to, the same when the mail is sent again. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'email_confirmations_pkey' })
  readonly id!: string;

  /** Keyed hash of the address. */
  @Column('text', { name: 'address_tag' })
  readonly addressTag!: string;

  @Column('timestamptz', { name: 'sent_at' })
  readonly sentAt!: Date;
}
