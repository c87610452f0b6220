import { Logger } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { type RenewedSession } from '../../sessions/sessions.service.js';
import { type User, LONGEST_USERNAME_TEXT } from '../../identity/user.entity.js';
import { normalizeUsername } from '../../identity/names.js';
import { type UsersService } from '../../identity/users.service.js';
import { type FirstFactorRequest } from '../first-factor.js';
import { type FirstFactorServices } from '../first-factor-type.js';
import { FormFirstFactor } from '../form-first-factor.js';
import { type AddressBlock, isIn, toBlock } from './address-block.js';
import { ownAddressOf } from './client-address.js';
import { type TrustedNetwork, type TrustedNetworksOptions } from './trusted-networks.options.js';
import { BoundedText, Trimmed } from '../../../mfa/index.js';

/** The name of the user to sign in as. */
class TrustedNetworksForm {
  @ApiProperty({ example: 'alice' })
  @Trimmed()
  @IsString()
  @IsNotEmpty()
  @BoundedText(LONGEST_USERNAME_TEXT)
  username!: string;
}

const LOOPBACK = ['127.0.0.1', '::1'];

interface Network {
  readonly blocks: readonly AddressBlock[];
  /** The exact user names: no rule of letter case may decide who is trusted. */
  readonly usernames: ReadonlySet<string>;
}

/**
 * Signs in by the network of the client. It proves nothing, so it refuses users with a second factor.
 * Every refresh checks the network again.
 */
export class TrustedNetworksFactor extends FormFirstFactor<TrustedNetworksForm> {
  readonly schema = TrustedNetworksForm;
  override readonly amr: readonly string[] = [];
  override readonly supportsMfa = false;
  private readonly logger = new Logger(TrustedNetworksFactor.name);
  private readonly path: string;
  private readonly networks: readonly Network[];
  private readonly proxies: readonly AddressBlock[];
  private readonly users: UsersService;

  constructor({ networks }: TrustedNetworksOptions, services: FirstFactorServices) {
    super();
    const { config, entry, users } = services;
    this.path = entry.path;
    this.networks = networks.map(readNetwork);
    this.proxies = config.trustedProxies.map(toBlock);
    this.users = users;
  }

  /** Warns of entries that admit other people than they seem to. */
  async onStart(): Promise<void> {
    const blocks = this.networks.flatMap((network) => network.blocks);
    const holdsLoopback = blocks.some((block) => LOOPBACK.some((own) => isIn(own, block)));
    if (holdsLoopback && this.proxies.length === 0) {
      this.logger.warn(
        `${this.path}: a trusted network holds this machine, and TRUSTED_PROXIES is unset: whoever comes through a proxy here that adds no header is let in.`,
      );
    }
    const names = new Set(this.networks.flatMap(({ usernames }) => [...usernames]));
    for (const name of names) await this.warnOf(name);
  }

  async isStillAllowed(
    { userId }: Pick<RenewedSession, 'userId'>,
    request: FirstFactorRequest,
  ): Promise<boolean> {
    return this.isTrusted(await this.users.findById(userId), request);
  }

  /**
   * The look-up happens in every network: outside the trusted ones the time must not reveal who exists.
   */
  protected async verify(
    { username }: TrustedNetworksForm,
    request: FirstFactorRequest,
  ): Promise<User | null> {
    const user = await this.users.findByUsername(username);
    return this.isTrusted(user, request) ? user : null;
  }

  private async warnOf(name: string): Promise<void> {
    const user = await this.users.findByUsername(name);
    if (user === null) {
      this.logger.warn(
        `${this.path}: nobody has registered "${name}": whoever does is let in without a password.`,
      );
    } else if (user.provider !== null) {
      this.logger.warn(
        `${this.path}: "${name}" is not let in: that user belongs to the first factor "${user.provider}".`,
      );
    }
  }

  /** A user of another first factor signs in by that one only. */
  private isTrusted(user: User | null, request: FirstFactorRequest): boolean {
    const address = ownAddressOf(request, this.proxies);
    if (user === null || user.provider !== null || address === null) return false;
    return this.networks.some(
      ({ blocks, usernames }) =>
        usernames.has(user.username) && blocks.some((block) => isIn(address, block)),
    );
  }
}

function readNetwork({ cidr, users }: TrustedNetwork): Network {
  return {
    blocks: cidr,
    // A name that is too long belongs to nobody.
    usernames: new Set(users.map((name) => normalizeUsername(name) ?? name)),
  };
}
