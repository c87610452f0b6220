import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Not, Raw, Repository } from 'typeorm';
import { Clock, MfaError, RandomSource } from '../../mfa/index.js';
import { spendResetLinks } from './spend-reset-links.js';
import { EmailTrust } from './email-trust.js';
import {
  BY_KEY,
  foldName,
  isUsername,
  type LoginName,
  NAME_TOO_LONG,
  nameKeys,
  normalizeUsername,
  typedName,
} from './names.js';
import { NEW_USER, User } from './user.entity.js';
import { UserRows } from './user-rows.js';
import { PasswordHasher } from './password-hasher.js';
import { refuseWeakPassword } from './password-rules.js';
import { refusalOfTaken } from './taken-names.js';

/** The data of a new account. */
export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The common subject of all who register: they have no account yet. */
const STRANGERS = 'registration';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The accounts and their passwords. Knows nothing of second factors. */
@Injectable()
export class UsersService {
  private readonly logger = new Logger(UsersService.name);

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly rows: UserRows,
    private readonly hasher: PasswordHasher,
    private readonly trust: EmailTrust,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /**
   * @param language of mails to the user; null if unknown
   * @param ip of the client: strangers from one network share a turn in the line of hashes
   * @throws {MfaError} `validation_failed` when a name is taken or the password is refused,
   *   `rate_limited` when too many passwords wait to be hashed
   */
  async register(
    registration: Registration,
    language: string | null = null,
    ip: string | null = null,
  ): Promise<User> {
    const user = await this.prepare(registration, language, ip);
    await this.add(user);
    return user;
  }

  /**
   * As {@link register}, but without storing the user, for a caller that stores more with
   * {@link add}.
   *
   * @throws {MfaError} `validation_failed` when the password is refused
   */
  async prepare(
    { username, email, password }: Registration,
    language: string | null = null,
    ip: string | null = null,
  ): Promise<User> {
    const name = normalizeUsername(username);
    if (name === null) throw new MfaError('validation_failed', { errors: NAME_TOO_LONG });
    const names = { username: name, email };
    refuseWeakPassword(password, names, 'password');
    const passwordHash = await this.hasher.hash(password, { subject: STRANGERS, ip });
    return this.newUser({ ...names, passwordHash, provider: null, language });
  }

  /**
   * Stores a prepared user. The unique keys decide whether a name is taken, because two may come at
   * once.
   *
   * @param manager of the caller's transaction; absent: a transaction of its own
   * @throws {MfaError} `validation_failed` when a name is taken
   */
  async add(user: User, manager?: EntityManager): Promise<void> {
    try {
      await (manager?.getRepository(User) ?? this.users).insert(user);
    } catch (error) {
      throw refusalOfTaken(error);
    }
  }

  /**
   * The user of this name who belongs to a first factor. If nobody has the name, the user is
   * created, without a password. Null if the name belongs to somebody else.
   *
   * @param provider the `id` of the first factor
   */
  async ofProvider(provider: string, username: string): Promise<User | null> {
    const name = normalizeUsername(username);
    if (name === null) return null;
    let user = await this.findByUsername(name);
    if (user === null && isUsername(name)) {
      const made = this.newUser({
        username: name,
        email: null,
        passwordHash: null,
        provider,
        language: null,
      });
      // Two processes may create it at once; the second finds the first one's.
      await this.users.createQueryBuilder().insert().values(made).orIgnore().execute();
      user = await this.findByUsername(name);
    }
    return user?.provider === provider ? user : null;
  }

  /** The user of this name, regardless of case, or null. */
  async findByUsername(username: string): Promise<User | null> {
    return this.findByLoginName({ by: 'username', value: username });
  }

  /** The user with this address, regardless of case, or null. */
  async findByEmail(email: string): Promise<User | null> {
    return this.findByLoginName({ by: 'email', value: email });
  }

  /** The user whom a login name means, or null. */
  async findByLoginName({ by, value }: LoginName): Promise<User | null> {
    const name = normalizeUsername(value);
    // PostgreSQL allows no NUL in a text, so nobody has such a name.
    if (name === null || name.includes('\0')) return null;
    return this.findOne(BY_KEY[by], foldName(name));
  }

  /**
   * The user with this id, or null; also for a text that is no id.
   *
   * @param manager of the transaction to read in
   */
  async findById(id: string, manager?: EntityManager): Promise<User | null> {
    return UUID.test(id) ? this.findOne('id = $1', id, manager) : null;
  }

  /**
   * The user with this name and password; null otherwise. An unknown name, a disabled or frozen
   * user and a wrong password cost the same work, so that timing does not reveal which it is.
   *
   * @param ip of the client; turns in the line go by it and by the name, whether that exists or not
   * @throws {MfaError} `rate_limited` when too many wait
   */
  async verifyPassword(
    login: LoginName,
    password: string,
    ip: string | null,
  ): Promise<User | null> {
    const user = await this.findByLoginName(login);
    const asker = { subject: typedName(login.value), ip };
    const isRight = await this.hasher.verify(password, user?.passwordHash ?? null, asker);
    if (user === null || !isRight || !user.maySignIn) return null;
    void this.rehashWhereOutdated(user, password);
    return user;
  }

  /**
   * Disables a user: no sign-in and no refresh from now on.
   *
   * @param manager of the transaction that also ends the sessions
   * @returns false for a user who was disabled before
   */
  async disable(id: string, manager: EntityManager): Promise<boolean> {
    const isEnabled = { id, disabledAt: IsNull() };
    const { affected } = await manager.update(User, isEnabled, { disabledAt: this.clock.now() });
    return affected === 1;
  }

  /** Stores the language of mails to a user; null changes nothing. */
  async rememberLanguage(id: string, language: string | null): Promise<void> {
    if (language === null) return;
    const isOther = Raw((column) => `${column} IS DISTINCT FROM :language`, { language });
    await this.users.update({ id, language: isOther }, { language });
  }

  /**
   * Freezes a user's password until it is reset by a link requested from now on. Users without a
   * password, who sign in through another provider, are left alone: they would have no way back.
   *
   * @param needsPassword true: the reset asks for the frozen password too; false: unchanged
   * @param manager of the transaction that also ends the sessions
   */
  async freeze(
    id: string,
    { needsPassword }: { readonly needsPassword: boolean },
    manager: EntityManager,
  ): Promise<void> {
    const now = this.clock.now();
    const hasPassword = { id, passwordHash: Not(IsNull()) };
    const needed = needsPassword ? { resetNeedsPassword: true } : {};
    await manager.update(User, hasPassword, { frozenAt: now, ...needed });
    await spendResetLinks(id, now, manager);
  }

  /** @param condition on columns of `users`, with `value` as its `$1` */
  private async findOne(
    condition: string,
    value: string,
    manager: EntityManager = this.users.manager,
  ): Promise<User | null> {
    const [row] = await manager.query<object[]>(`${this.rows.select} WHERE ${condition}`, [value]);
    return row === undefined ? null : this.rows.userOf(row);
  }

  private newUser(
    own: Pick<User, 'username' | 'email' | 'passwordHash' | 'provider' | 'language'>,
  ): User {
    const user = this.users.create({
      ...NEW_USER,
      ...own,
      ...nameKeys(own),
      emailUnasked: !this.trust.isAsked,
      id: this.random.rowId(),
      credentialsVersion: this.random.rowId(),
      createdAt: this.clock.now(),
    });
    return this.trust.judge(Object.assign(user, { isEnabled: true, isUnfrozen: true }));
  }

  /** The sign-in does not wait for it. A hash that has changed meanwhile stays. */
  private async rehashWhereOutdated({ id, passwordHash }: User, password: string): Promise<void> {
    if (passwordHash === null || !this.hasher.isOutdated(passwordHash)) return;
    try {
      const renewed = { passwordHash: await this.hasher.rehash(password, id) };
      await this.users.update({ id, passwordHash }, renewed);
    } catch (error) {
      this.logger.warn(`A password was not re-hashed: ${String(error)}`);
    }
  }
}
