import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { User } from '../../identity/user.entity.js';

/** One link of a password reset. Several of one user may be open; each works once. */
@Entity('password_reset_links')
@Index('password_reset_links_expires_at_idx', ['expiresAt'])
export class PasswordResetLink {
  @PrimaryColumn('uuid', {
    name: 'user_id',
    primaryKeyConstraintName: 'password_reset_links_pkey',
  })
  readonly userId!: string;

  /** The `jti` of its token. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'password_reset_links_pkey' })
  readonly id!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'password_reset_links_user_id_fkey' })
  readonly user?: Relation<User>;

  /** The network that asked for it: an IPv4 address, a /56 of IPv6, or `unknown`. */
  @Column('text')
  readonly asker!: string;

  @Column('timestamptz', { name: 'requested_at' })
  readonly requestedAt!: Date;

  /** Counted from the request, however late the mail is sent. */
  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt!: Date;

  /** Attempts at the old password, if the reset asks for it too. */
  @Column('integer', { name: 'password_attempts', default: 0 })
  readonly passwordAttempts!: number;

  /** When the last of these attempts was made; null if none was. */
  @Column('timestamptz', { name: 'password_attempted_at', nullable: true })
  readonly passwordAttemptedAt!: Date | null;

  /** When it was used, or made void by a new password or a freeze of the account; null while it works. */
  @Column('timestamptz', { name: 'spent_at', nullable: true })
  readonly spentAt!: Date | null;
}
