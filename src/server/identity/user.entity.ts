import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Characters of a user name. */
export const LONGEST_USERNAME = 150;

/** UTF-16 units of a user name as it comes: letters may be written as several. */
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
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  readonly id!: string;

  /** Unique whatever the case of its letters. */
  @Column('varchar', { length: LONGEST_USERNAME })
  readonly username!: string;

  /** `foldName` of the name, by which it is unique and found. */
  @Column('text', { name: 'username_key' })
  readonly usernameKey!: string;

  /**
   * Null: none is known. Unique whatever the case of its letters among those that were confirmed or never
   * asked for it; of any other one several users may say that it is theirs, until one confirms it.
   */
  @Column('varchar', { length: LONGEST_EMAIL, nullable: true })
  readonly email!: string | null;

  /** `foldName` of the address, by which it is unique and found; null: none is known. */
  @Column('text', { name: 'email_key', nullable: true })
  readonly emailKey!: string | null;

  /** Whether the address was given while the server asked nobody to confirm one: it is this user's alone. */
  @Column('boolean', { name: 'email_unasked', default: false })
  readonly emailUnasked!: boolean;

  /** When its owner confirmed the address; null: never, or the server did not ask. */
  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  readonly emailVerifiedAt!: Date | null;

  /** Keyed hash of the code that confirms the address; null: none does. */
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

  /** No column: the database says of whoever is read that `disabled_at` is empty. Absent: disabled. */
  isEnabled?: boolean;

  /** As {@link isEnabled}, of `frozen_at`. Absent: frozen. */
  isUnfrozen?: boolean;

  /** No column: `EmailTrust` says it of whoever is read. Absent: it has not, so nothing is mailed. */
  emailStanding?: EmailStanding;

  /** Neither disabled nor frozen. */
  get maySignIn(): boolean {
    return this.isEnabled === true && this.isUnfrozen === true;
  }

  /** Where mails beside a confirmation go; null: nowhere. */
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
