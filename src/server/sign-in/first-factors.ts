import { type OnApplicationBootstrap } from '@nestjs/common';
import { type MfaAccounts, MfaError } from '../../mfa/index.js';
import { type RenewedSession } from '../sessions/sessions.service.js';
import { User } from '../identity/user.entity.js';
import { type FirstFactor, type FirstFactorRequest } from './first-factor.js';
import { LOCAL } from '../identity/local.type.js';
import { providerIn } from './provider-choice.js';

/** A first factor as it stands in the configuration. */
export interface ConfiguredFirstFactor {
  readonly type: string;
  /** `provider` of a login. */
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
  readonly factor: FirstFactor;
}

/** The first factors on offer. */
export class FirstFactors implements OnApplicationBootstrap {
  /** @param all in the order in which clients see them; at least one */
  constructor(
    readonly all: readonly ConfiguredFirstFactor[],
    private readonly accounts: Pick<MfaAccounts, 'isProtected'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const { factor } of this.all) await factor.onStart?.();
  }

  /** The one of a login that names none: the first of type `local`, else the first of all. */
  get default(): ConfiguredFirstFactor {
    const [first] = this.all;
    const factor = this.all.find(({ type }) => type === LOCAL) ?? first;
    if (factor === undefined) throw new Error('No way to sign in is configured.');
    return factor;
  }

  /**
   * The one that a login's body chooses.
   *
   * @throws {MfaError} `validation_failed` for a `provider` that is not on offer
   */
  chosenBy(body: unknown): ConfiguredFirstFactor {
    const id = providerIn(body);
    if (id === undefined) return this.default;
    const factor = this.find(id);
    if (factor !== undefined) return factor;
    const text = `"${id.slice(0, 32)}" is not a valid choice.`;
    throw new MfaError('validation_failed', { errors: { provider: [text] } });
  }

  /**
   * The user whom a request proves to be.
   *
   * @throws {MfaError} `invalid_credentials`, or what the first factor itself throws
   */
  async authenticate(
    { id, factor }: ConfiguredFirstFactor,
    request: FirstFactorRequest,
  ): Promise<User> {
    const user = await factor.authenticate(request);
    if (!user) throw new MfaError('invalid_credentials');
    // A strategy's types do not say what it succeeds with.
    if (user instanceof User) return user;
    throw new TypeError(`The first factor "${id}" succeeded with what is no user.`);
  }

  /**
   * Whether a session may go on: not when its first factor is no longer on offer or has become one
   * of another type, and not when the user now has a second factor that it cannot lead on to.
   */
  async isStillAllowed(session: RenewedSession, request: FirstFactorRequest): Promise<boolean> {
    const own = this.all.find((candidate) => sessionProviderOf(candidate) === session.provider);
    if (own === undefined) return false;
    const { factor } = own;
    // One that is asked and says nothing has not said yes.
    const isAllowed = !factor.isStillAllowed || (await factor.isStillAllowed(session, request));
    if (!isAllowed) return false;
    return factor.supportsMfa || !(await this.accounts.isProtected(session.userId));
  }

  private find(id: string): ConfiguredFirstFactor | undefined {
    return this.all.find((candidate) => candidate.id === id);
  }
}

/** What a session remembers of its first factor: one of another type under the same id is another. */
export function sessionProviderOf({
  type,
  id,
}: Pick<ConfiguredFirstFactor, 'type' | 'id'>): string {
  return `${type}:${id}`;
}
