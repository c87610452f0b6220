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

/** A replaced password, kept for as long as its owner can disown the replacement. */
@Entity('former_passwords')
@Index('former_passwords_replaced_at_idx', ['replacedAt'])
export class FormerPassword {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'former_passwords_pkey' })
  readonly userId!: string;

  /** {@link User.credentialsVersion} that came with the new password. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'former_passwords_pkey' })
  readonly id!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'former_passwords_user_id_fkey' })
  readonly user?: Relation<User>;

  /** Null once "not me" has put back this password or an earlier one: nothing brings it back again. */
  @Column('text', { name: 'password_hash', nullable: true })
  readonly passwordHash!: string | null;

  /** {@link User.credentialsVersion} that was the user's with this password. */
  @Column('uuid', { name: 'former_version' })
  readonly formerVersion!: string;

  /** The session in which the new password was chosen; null: it was reset by mail. */
  @Column('uuid', { name: 'session_id', nullable: true })
  readonly sessionId!: string | null;

  /** The number of the user's last event before it was replaced. */
  @Column('bigint', { name: 'after_seq' })
  readonly afterSeq!: string;

  @Column('timestamptz', { name: 'replaced_at' })
  readonly replacedAt!: Date;
}
