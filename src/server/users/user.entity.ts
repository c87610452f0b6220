import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Someone who may sign in. */
@Entity('users')
// The unique keys stand on lower(…), which TypeORM cannot express: the migration makes them.
@Index('users_username_key', { synchronize: false })
@Index('users_email_key', { synchronize: false })
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  readonly id!: string;

  /** Unique whatever the case of its letters. */
  @Column('varchar', { length: 150 })
  readonly username!: string;

  /** Unique whatever the case of its letters; null: none is known. */
  @Column('varchar', { length: 254, nullable: true })
  readonly email!: string | null;

  @Column('varchar', { name: 'first_name', length: 150 })
  readonly firstName!: string;

  @Column('varchar', { name: 'last_name', length: 150 })
  readonly lastName!: string;

  /** bcrypt, of the condensed password; null: no password is right. */
  @Column('text', { name: 'password_hash', nullable: true })
  readonly passwordHash!: string | null;

  /** The `id` of the first factor that made this user; null: registered. */
  @Column('text', { nullable: true })
  readonly provider!: string | null;

  /** bcrypt of the secret that a first factor shares for this user, only to notice its change. */
  @Column('text', { name: 'shared_secret_hash', nullable: true })
  readonly sharedSecretHash!: string | null;

  /** Another one after each change of the password; a re-hash of the same password keeps it. */
  @Column('uuid', { name: 'credentials_version' })
  readonly credentialsVersion!: string;

  /** Null while the user may sign in. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  readonly disabledAt!: Date | null;

  /** Since when the password signs nobody in, until it is reset by mail; null: it does. */
  @Column('timestamptz', { name: 'frozen_at', nullable: true })
  readonly frozenAt!: Date | null;

  /** Consecutive wrong old passwords of whoever is signed in and wants to change it. */
  @Column('integer', { name: 'old_password_failures', default: 0 })
  readonly oldPasswordFailures!: number;

  /** Until when no old password is judged; null: it is. */
  @Column('timestamptz', { name: 'old_password_locked_until', nullable: true })
  readonly oldPasswordLockedUntil!: Date | null;

  /** `jti` of the one password reset token that is good; null: none is. */
  @Column('uuid', { name: 'password_reset_id', nullable: true })
  readonly passwordResetId!: string | null;

  /** What was asked for earlier than this no longer resets the password; null: everything does. */
  @Column('timestamptz', { name: 'password_reset_at', nullable: true })
  readonly passwordResetAt!: Date | null;

  /** Wrong passwords of before that were given with {@link passwordResetId}. */
  @Column('integer', { name: 'password_reset_failures', default: 0 })
  readonly passwordResetFailures!: number;

  /** Whether a reset takes the password of before too: "not me" has left no second factor. */
  @Column('boolean', { name: 'reset_needs_password', default: false })
  readonly resetNeedsPassword!: boolean;

  /** Whether the password was set by a link that was mailed, and no second factor was proven since. */
  @Column('boolean', { name: 'password_by_mail', default: false })
  readonly passwordByMail!: boolean;

  /** Code of the language that the user last signed in with, among those with texts; null: none. */
  @Column('varchar', { length: 8, nullable: true })
  readonly language!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;
}
