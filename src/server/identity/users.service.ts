import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Not, Raw, Repository } from 'typeorm';
import { Clock, MfaError, RandomSource } from '../../mfa/index.js';
import { selectEntity } from './select-entity.js';
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
import { PasswordHasher } from './password-hasher.js';
import { refuseWeakPassword } from './password-rules.js';
import { refusalOfTaken } from './taken-names.js';

/** What someone gives to open an account. */
export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** Nobody's name: whoever opens an account has none yet. */
const STRANGERS = 'registration';

/** Said by the database, so that no time that is misread makes anybody one who may sign in. */
const FACTS = { isEnabled: 'disabled_at IS NULL', isUnfrozen: 'frozen_at IS NULL' };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The accounts and their passwords. Knows nothing of second factors. */
@Injectable()
export class UsersService {
  private readonly logger = new Logger(UsersService.name);
  private readonly select: string;

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly hasher: PasswordHasher,
    private readonly trust: EmailTrust,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {
    this.select = selectEntity(users, FACTS);
  }

  /**
   * @param language that the user is written to in; null: none is known
   * @param ip from where: strangers of one network take one turn of hashing together
   * @throws {MfaError} `validation_failed` when a name is taken or the password is refused,
   * `rate_limited` where too many passwords wait to be hashed
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
   * As {@link register}, without a row: for a caller who has more to write with it, by {@link add}.
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
   * Keeps a user that was prepared. The unique keys decide, and not a look beforehand: two may come
   * at once.
   *
   * @param manager of a transaction; absent: in one of its own
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
   * The user of this name whom a first factor makes and alone may answer for: made where nobody has
   * the name, without a password. Null where it is the name of somebody else.
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
      // Two processes may make it at once; whoever comes second finds the first one's.
      await this.users.createQueryBuilder().insert().values(made).orIgnore().execute();
      user = await this.findByUsername(name);
    }
    return user?.provider === provider ? user : null;
  }

  /** The user of this name, whatever the case of its letters, or null. */
  async findByUsername(username: string): Promise<User | null> {
    return this.findByLoginName({ by: 'username', value: username });
  }

  /** The user with this address, whatever the case of its letters, or null. */
  async findByEmail(email: string): Promise<User | null> {
    return this.findByLoginName({ by: 'email', value: email });
  }

  /** The user whom somebody means who signs in by this, or null. */
  async findByLoginName({ by, value }: LoginName): Promise<User | null> {
    const name = normalizeUsername(value);
    // PostgreSQL has no NUL in a text; no one is called so.
    if (name === null || name.includes('\0')) return null;
    return this.findOne(BY_KEY[by], foldName(name));
  }

  /**
   * The user with this id, or null; also for what is no id at all.
   *
   * @param manager of the transaction that it is read in
   */
  async findById(id: string, manager?: EntityManager): Promise<User | null> {
    return UUID.test(id) ? this.findOne('id = $1', id, manager) : null;
  }

  /**
   * The user with this name and password; null otherwise. A name that no one has, a disabled
   * or frozen user and a wrong password cost the same work, so that the time of the answer tells nothing.
   *
   * @param ip from where; it takes turns with others by that and by the name, whether it exists or not
   * @throws {MfaError} `rate_limited` where too many wait
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
   * Ends a user's right to sign in and to refresh.
   *
   * @param manager of the transaction that ends the sessions as well
   * @returns false for one who was disabled before
   */
  async disable(id: string, manager: EntityManager): Promise<boolean> {
    const isEnabled = { id, disabledAt: IsNull() };
    const { affected } = await manager.update(User, isEnabled, { disabledAt: this.clock.now() });
    return affected === 1;
  }

  /** Keeps the language that a user is written to in; null changes nothing. */
  async rememberLanguage(id: string, language: string | null): Promise<void> {
    if (language === null) return;
    const isOther = Raw((column) => `${column} IS DISTINCT FROM :language`, { language });
    await this.users.update({ id, language: isOther }, { language });
  }

  /**
   * Stops a user's password until it is reset, by a link that is asked for from now on. Who signs in
   * by another's word is left alone: there would be no way back.
   *
   * @param needsPassword true: the reset takes the stopped password as well; false: as it was
   * @param manager of the transaction that ends the sessions as well
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
    const [row] = await manager.query<object[]>(`${this.select} WHERE ${condition}`, [value]);
    return row === undefined ? null : this.trust.judge(Object.assign(new User(), row));
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

  /** Not awaited by the sign-in. A hash that has changed meanwhile stays as it is. */
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
