import { type Subject } from '../../mfa/index.js';
import { type User } from './user.entity.js';

/** A user of this server as the library sees one. */
export class UserSubject implements Subject {
  constructor(readonly user: User) {}

  get id(): string {
    return this.user.id;
  }

  get displayName(): string {
    return this.user.username;
  }

  get addresses(): Subject['addresses'] {
    const email = this.user.mailAddress;
    return email === null ? {} : { email };
  }

  get unconfirmedAddresses(): readonly 'email'[] {
    const { email, mailAddress } = this.user;
    return email !== null && mailAddress === null ? ['email'] : [];
  }

  /** The reader of this mailbox has set the password, so a mailed code would prove the same thing again. */
  get firstFactorAddresses(): readonly string[] {
    const { email, passwordByMail } = this.user;
    return passwordByMail && email !== null ? [email] : [];
  }

  get language(): string | undefined {
    return this.user.language ?? undefined;
  }

  get isEnabled(): boolean {
    return this.user.maySignIn;
  }

  get credentialsVersion(): string {
    return this.user.credentialsVersion;
  }
}
