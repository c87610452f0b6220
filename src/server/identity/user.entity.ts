import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Characters of a user name. */
export const LONGEST_USERNAME = 150;

/** UTF-16 units of a user name as received: one letter may take several. */
export const LONGEST_USERNAME_TEXT = 4 * LONGEST_USERNAME;

/** The longest address that fits into a path of SMTP [RFC 5321 §4.5.3.1.3]. */
export const LONGEST_EMAIL = 254;

/** Whether an address is known to be its owner's; `unasked`: this server does not ask. */
export type EmailStanding = 'unasked' | 'confirmed' | 'unconfirmed';

/** Someone who may sign in. */
@Entity('users')
@Index('users_username_key', ['usernameKey'], { unique: true })
@Index('users_email_key', ['emailKey'], {
  unique: true,
  where: 'email_unasked OR email_verified_at IS NOT NULL',
})
@Index('users_email_key_idx', ['emailKey'])
@Index('users_bcrypt_idx', ['id'], { where: "password_hash LIKE '$2%'" })
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  readonly id!: string;

  /** Unique regardless of case. */
  @Column('varchar', { length: LONGEST_USERNAME })
  readonly username!: string;

  /** `foldName` of the name, by which it is unique and found. */
  @Column('text', { name: 'username_key' })
  readonly usernameKey!: string;

  /**
   * Null if none is known. Unique, regardless of case, among addresses that were confirmed or given
   * while no confirmation was asked for. Several users may claim any other address until one of
   * them confirms it.
   */
  @Column('varchar', { length: LONGEST_EMAIL, nullable: true })
  readonly email!: string | null;

  /** `foldName` of the address, by which it is unique and found; null without an address. */
  @Column('text', { name: 'email_key', nullable: true })
  readonly emailKey!: string | null;

  /** Whether the address was given while the server asked for no confirmation: then no other user may claim it. */
  @Column('boolean', { name: 'email_unasked', default: false })
  readonly emailUnasked!: boolean;

  /** When its owner confirmed the address; null if never, or if the server did not ask. */
  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  readonly emailVerifiedAt!: Date | null;

  /** Keyed hash of the code that confirms the address; null without one. */
  @Column('text', { name: 'email_code_tag', nullable: true })
  readonly emailCodeTag!: string | null;

  @Column('timestamptz', { name: 'email_code_expires_at', nullable: true })
  readonly emailCodeExpiresAt!: Date | null;

  /** How often the code was tried. */
  @Column('integer', { name: 'email_code_attempts', default: 0 })
  readonly emailCodeAttempts!: number;

  @Column('varchar', { name: 'first_name', length: 150 })
  readonly firstName!: string;

  @Column('varchar', { name: 'last_name', length: 150 })
  readonly lastName!: string;

  /** argon2id of the condensed password, or an older bcrypt; null: no password is right. */
  @Column('text', { name: 'password_hash', nullable: true })
  readonly passwordHash!: string | null;

  /** The `id` of the first factor that made this user; null: registered. */
  @Column('text', { nullable: true })
  readonly provider!: string | null;

  /** As a password's hash, of the secret that a first factor shares for this user, only to notice its change. */
  @Column('text', { name: 'shared_secret_hash', nullable: true })
  readonly sharedSecretHash!: string | null;

  /** Changes with each new password; a re-hash of the same password keeps it. */
  @Column('uuid', { name: 'credentials_version' })
  readonly credentialsVersion!: string;

  /** Null while the user may sign in. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  readonly disabledAt!: Date | null;

  /** Since when the password is frozen: it signs nobody in until it is reset by mail. Null while it works. */
  @Column('timestamptz', { name: 'frozen_at', nullable: true })
  readonly frozenAt!: Date | null;

  /** Whether a reset asks for the old password too, because "not me" has left no second factor. */
  @Column('boolean', { name: 'reset_needs_password', default: false })
  readonly resetNeedsPassword!: boolean;

  /** Whether the password was set by a mailed link, and no second factor was proven since. */
  @Column('boolean', { name: 'password_by_mail', default: false })
  readonly passwordByMail!: boolean;

  /** The language of the user's last sign-in, among those with texts; null if there was none. */
  @Column('varchar', { length: 8, nullable: true })
  readonly language!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;

  /** No column: the database says for each user read whether `disabled_at` is null. Absent means disabled. */
  isEnabled?: boolean;

  /** As {@link isEnabled}, for `frozen_at`. Absent means frozen. */
  isUnfrozen?: boolean;

  /** No column: `EmailTrust` sets it on each user read. Absent means that nothing is mailed. */
  emailStanding?: EmailStanding;

  get maySignIn(): boolean {
    return this.isEnabled === true && this.isUnfrozen === true;
  }

  /** The address for all mails except the request to confirm it; null if there is none. */
  get mailAddress(): string | null {
    const { emailStanding } = this;
    return emailStanding === 'unasked' || emailStanding === 'confirmed' ? this.email : null;
  }
}

/** What every user begins with. */
export const NEW_USER = {
  firstName: '',
  lastName: '',
  emailVerifiedAt: null,
  emailCodeTag: null,
  emailCodeExpiresAt: null,
  emailCodeAttempts: 0,
  sharedSecretHash: null,
  disabledAt: null,
  frozenAt: null,
  resetNeedsPassword: false,
  passwordByMail: false,
} as const;
