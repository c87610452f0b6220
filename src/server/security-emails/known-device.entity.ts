import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../identity/user.entity.js';

/** A program that a user has signed in with lately. */
@Entity('known_devices')
export class KnownDevice {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'known_devices_pkey' })
  readonly userId!: string;

  /** As the client named itself, without numbers: an update makes no new one. Empty where it did not. */
  @PrimaryColumn('text', { name: 'user_agent', primaryKeyConstraintName: 'known_devices_pkey' })
  readonly userAgent!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'known_devices_user_id_fkey' })
  readonly user?: Relation<User>;

  @Column('timestamptz', { name: 'first_seen_at' })
  readonly firstSeenAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  readonly lastSeenAt!: Date;
}
