import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { LONGEST_EMAIL, User } from '../../identity/user.entity.js';

/**
 * The newest change of an address that a user has asked for, confirmed or not. A further request
 * replaces it.
 */
@Entity('email_changes')
@Index('email_changes_expires_at_idx', ['expiresAt'])
export class EmailChange {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'email_changes_pkey' })
  readonly userId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'email_changes_user_id_fkey' })
  readonly user?: Relation<User>;

  /** The `jti` of the token in its link. */
  @Column('uuid')
  readonly id!: string;

  /** The new address. */
  @Column('varchar', { length: LONGEST_EMAIL })
  readonly address!: string;

  /** The session that gave the fresh proof. The change ends with it. */
  @Column('uuid', { name: 'session_id' })
  readonly sessionId!: string;

  /** {@link User.credentialsVersion} at the request. */
  @Column('uuid', { name: 'credentials_version' })
  readonly credentialsVersion!: string;

  /** The version of the account's methods at the request. */
  @Column('integer', { name: 'account_version' })
  readonly accountVersion!: number;

  /** Keyed hash of the mailed code; null if a link is mailed, or nothing yet. */
  @Column('text', { name: 'code_tag', nullable: true })
  readonly codeTag!: string | null;

  /** How often the code was tried. */
  @Column('integer', { default: 0 })
  readonly attempts!: number;

  @Column('timestamptz', { name: 'requested_at' })
  readonly requestedAt!: Date;

  /** Counted from the request, however late the mail is sent. */
  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt!: Date;

  /** Null until the address is the user's. */
  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  readonly confirmedAt!: Date | null;
}
