import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../identity/user.entity.js';

/** A program that a user has recently signed in with. */
@Entity('known_devices')
export class KnownDevice {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'known_devices_pkey' })
  readonly userId!: string;

  /** The client's name for itself without numbers, so that an update makes no new device. Empty without one. */
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
