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

/** A confirmed address that was replaced, kept for as long as its owner can disown the replacement. */
@Entity('former_addresses')
@Index('former_addresses_replaced_at_idx', ['replacedAt'])
export class FormerAddress {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'former_addresses_pkey' })
  readonly userId!: string;

  /** The change that replaced it: the `target` of its event. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'former_addresses_pkey' })
  readonly id!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'former_addresses_user_id_fkey' })
  readonly user?: Relation<User>;

  /** Null once "not me" has put back this address or an earlier one: nothing brings it back again. */
  @Column('varchar', { length: LONGEST_EMAIL, nullable: true })
  readonly address!: string | null;

  /** When its owner had confirmed it. */
  @Column('timestamptz', { name: 'verified_at' })
  readonly verifiedAt!: Date;

  /** The session that asked for the new address. */
  @Column('uuid', { name: 'session_id' })
  readonly sessionId!: string;

  /** The number of the user's last event before it was replaced. */
  @Column('bigint', { name: 'after_seq' })
  readonly afterSeq!: string;

  @Column('timestamptz', { name: 'replaced_at' })
  readonly replacedAt!: Date;
}
