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

/** Refused sign-ins of one network in one hour for one user: one line of the audit. */
@Entity('login_failures')
@Index('login_failures_user_id_event_seq_idx', ['userId', 'eventSeq'])
export class LoginFailure {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'login_failures_pkey' })
  readonly userId!: string;

  /** The start of the hour. */
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'login_failures_pkey' })
  readonly hour!: Date;

  /** The network of `networkOf`; empty: all networks beyond the limit of the hour. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'login_failures_pkey' })
  readonly network!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'login_failures_user_id_fkey' })
  readonly user?: Relation<User>;

  @Column('integer')
  readonly times!: number;

  /** The sequence number of their event. */
  @Column('bigint', { name: 'event_seq' })
  readonly eventSeq!: string;
}
