import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { constantTimeEqual, BoundedText } from '../../../mfa/index.js';
import { ConfigError } from '../../config/values/config-error.js';
import { type ConfiguredEntry } from '../../config/values/configured-entry.js';
import { normalizePassword, MAX_PASSWORD_TEXT_LENGTH } from '../../identity/password-hasher.js';
import { type User } from '../../identity/user.entity.js';
import { type UsersService } from '../../identity/users.service.js';
import { type RenewedSession } from '../../sessions/sessions.service.js';
import { type FirstFactorServices } from '../first-factor-type.js';
import { FormFirstFactor } from '../form-first-factor.js';
import { type SharedSecrets } from '../shared-secrets.js';
import { type SharedPasswordOptions } from './shared-password.options.js';

/** The shared password alone. */
class SharedPasswordForm {
  @ApiProperty({ format: 'password', example: 'the password on the fridge' })
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_PASSWORD_TEXT_LENGTH)
  password!: string;
}

/** One password for many people, who are all the same user. The user belongs to this factor only. */
export class SharedPasswordFactor extends FormFirstFactor<SharedPasswordForm> {
  readonly schema = SharedPasswordForm;
  private readonly logger = new Logger(SharedPasswordFactor.name);
  private readonly entry: ConfiguredEntry;
  private readonly users: UsersService;
  private readonly secrets: SharedSecrets;
  private readonly username: string;
  private readonly password: string;
  private readonly digest: Buffer;
  /** The hash at start. A different one means that another process has started with another password. */
  private keptHash: string | null = null;

  constructor({ username, password }: SharedPasswordOptions, services: FirstFactorServices) {
    super();
    this.entry = services.entry;
    this.users = services.users;
    this.secrets = services.secrets;
    this.username = username;
    this.password = password;
    this.digest = digestOf(password);
  }

  /** Reserves the user name before anybody can register it, and ends the sessions of an old password. */
  async onStart(): Promise<void> {
    const { path } = this.entry;
    const user = await this.ownUser();
    if (user === null) throw new ConfigError([await this.nameConflict()]);
    await this.secrets.keep(user, this.password);
    this.keptHash = (await this.ownUser())?.sharedSecretHash ?? null;
    this.logger.warn(
      `${path}: whoever knows the shared password is "${this.username}", and nobody can tell who it was.`,
    );
  }

  /** The entry may have another user by now. */
  async isStillAllowed({ userId }: Pick<RenewedSession, 'userId'>): Promise<boolean> {
    return (await this.ownUser())?.id === userId;
  }

  /** The look-up comes first, so that a wrong password takes as long as the right one. */
  protected async verify({ password }: SharedPasswordForm): Promise<User | null> {
    const user = await this.ownUser();
    const isRight = constantTimeEqual(digestOf(password), this.digest);
    // Without a hash from the start, nothing matches.
    const isKept = this.keptHash !== null && user?.sharedSecretHash === this.keptHash;
    return isRight && isKept ? user : null;
  }

  private async nameConflict(): Promise<string> {
    const { path } = this.entry;
    const owner = (await this.users.findByUsername(this.username))?.provider ?? null;
    return owner === null
      ? `${path}.username: "${this.username}" is the account of somebody else: choose another name.`
      : `${path}.username: "${this.username}" belongs to the first factor "${owner}": give this entry its old id back if that was it, or choose another name.`;
  }

  private ownUser(): Promise<User | null> {
    return this.users.ofProvider(this.entry.id, this.username);
  }
}

/** All digests have the same length, so the comparison does not reveal the length of the password. */
function digestOf(password: string): Buffer {
  return createHash('sha256').update(normalizePassword(password)).digest();
}
