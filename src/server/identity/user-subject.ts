import { type Subject } from '../../mfa/index.js';
import { type User } from './user.entity.js';

/** What is known of a user's sessions. */
interface KnownSessions {
  /** Whether one more leaves them within their limit. */
  readonly hasRoom: boolean;
}

/** A user of this server as the library sees one. */
export class UserSubject implements Subject {
  /** @param sessions absent: they were not read with the user */
  constructor(
    readonly user: User,
    private readonly sessions: KnownSessions = { hasRoom: false },
  ) {}

  /** False also where this is not known. */
  get hasRoomForSession(): boolean {
    return this.sessions.hasRoom;
  }

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
