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

/** One "this was not me" link, with the change that it reverses. A mail that is sent again has a new one. */
@Entity('repudiation_tokens')
@Index('repudiation_tokens_address_tag_created_at_idx', ['addressTag', 'createdAt'])
@Index('repudiation_tokens_expires_at_idx', ['expiresAt'])
export class ReversalToken {
  /** Keyed hash of the token in the link. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'repudiation_tokens_pkey' })
  readonly tag!: string;

  @Column('uuid', { name: 'user_id' })
  readonly userId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'repudiation_tokens_user_id_fkey' })
  readonly user?: Relation<User>;

  /** The delivery that the mail belongs to, the same when the mail is sent again. */
  @Column('uuid', { name: 'delivery_id' })
  readonly deliveryId!: string;

  /** Keyed hash of the address that the mail went to. */
  @Column('text', { name: 'address_tag' })
  readonly addressTag!: string;

  @Column('varchar', { name: 'event_type', length: 40 })
  readonly eventType!: string;

  /** The name of the factor; null if no single one is concerned. */
  @Column('varchar', { length: 32, nullable: true })
  readonly factor!: string | null;

  /** The target of the change, as the event names it. */
  @Column('text', { nullable: true })
  readonly target!: string | null;

  /** The change in the library's log; null if the event records none. */
  @Column('uuid', { name: 'change_id', nullable: true })
  readonly changeId!: string | null;

  /** The session that made the change; null without one. */
  @Column('text', { name: 'session_id', nullable: true })
  readonly sessionId!: string | null;

  /** The number of the event among those of its user. */
  @Column('bigint', { name: 'event_seq' })
  readonly eventSeq!: string;

  /** When the change was made. */
  @Column('timestamptz', { name: 'event_at' })
  readonly eventAt!: Date;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt!: Date;

  /** Null while the link works. */
  @Column('timestamptz', { name: 'spent_at', nullable: true })
  readonly spentAt!: Date | null;
}
