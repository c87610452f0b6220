import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { User } from '../identity/user.entity.js';

/**
 * A security e-mail that waits because its address has reached the limit of its kind. It will also
 * tell of further events of the same kind in the same session, and its link reverses all of them.
 */
@Entity('waiting_notices')
@Index('waiting_notices_created_at_idx', ['createdAt'])
export class WaitingSecurityEmail {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'waiting_notices_pkey' })
  readonly userId!: string;

  @PrimaryColumn('uuid', { name: 'delivery_id', primaryKeyConstraintName: 'waiting_notices_pkey' })
  readonly deliveryId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'waiting_notices_user_id_fkey' })
  readonly user?: Relation<User>;

  /** Keyed hash of the address that the mail goes to. */
  @Column('text', { name: 'address_tag' })
  readonly addressTag!: string;

  @Column('varchar', { name: 'event_type', length: 40 })
  readonly eventType!: string;

  @Column('varchar', { length: 32, nullable: true })
  readonly factor!: string | null;

  @Column('text', { name: 'session_id' })
  readonly sessionId!: string;

  /** The number of its event among those of its user. */
  @Column('bigint', { name: 'event_seq' })
  readonly eventSeq!: string;

  /** How many further events it tells of. */
  @Column('integer', { default: 0 })
  readonly more!: number;

  @Column('timestamptz', { name: 'last_at' })
  readonly lastAt!: Date;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;
}
