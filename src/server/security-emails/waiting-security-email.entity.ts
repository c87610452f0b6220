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
 * A notice that waits, as its address has had its share of the kind, and what it will tell besides: more of
 * the same, done later in the same session. Its link takes all of that back.
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

  /** How many more it tells of, and when the last of them was. */
  @Column('integer', { default: 0 })
  readonly more!: number;

  @Column('timestamptz', { name: 'last_at' })
  readonly lastAt!: Date;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;
}
