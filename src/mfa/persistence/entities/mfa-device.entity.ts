import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A device on which a password alone signs a user in, until it is forgotten. */
@Entity('mfa_devices')
@Index('mfa_devices_expires_at_idx', ['expiresAt'])
export class MfaDeviceEntity {
  /** The host's key of the user, as text. */
  @PrimaryColumn('text', { name: 'user_id' })
  subjectId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  /** The number of the present token: the first is 1. */
  @Column('integer')
  generation!: number;

  /** The salt of the present token, in base64url. */
  @Column('text')
  salt!: string;

  /** The id of the ring's key that the present token is made with. */
  @Column('text', { name: 'key_id' })
  keyId!: string;

  /** The salt of the previous token; null if there was none. */
  @Column('text', { name: 'former_salt', nullable: true })
  formerSalt!: string | null;

  /** When the earlier tokens were spent, latest first; old times are dropped. */
  @Column('timestamptz', { name: 'spent_at', array: true })
  spentAt!: Date[];

  /** The user's version when the device was remembered: with another one it is dead. */
  @Column('text', { name: 'credentials_version' })
  credentialsVersion!: string;

  /** The second factor that it was remembered with, as a {@link DeviceProof}. */
  @Column('jsonb')
  proof!: unknown;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  /** The address of the last sign-in; null if unknown. */
  @Column('text', { nullable: true })
  ip!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;
}
