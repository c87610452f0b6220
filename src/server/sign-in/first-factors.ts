import { type OnApplicationBootstrap } from '@nestjs/common';
import { type MfaAccounts, MfaError } from '../../mfa/index.js';
import { type RenewedSession } from '../sessions/sessions.service.js';
import { User } from '../identity/user.entity.js';
import { type FirstFactor, type FirstFactorRequest } from './first-factor.js';
import { LOCAL } from '../identity/local.type.js';
import { providerIn } from './provider-choice.js';

/** A first factor with its entry of the configuration. */
export interface ConfiguredFirstFactor {
  readonly type: string;
  /** The `provider` of a login. */
  readonly id: string;
  /** The name for people. */
  readonly name: string;
  readonly factor: FirstFactor;
}

/** The first factors on offer. */
export class FirstFactors implements OnApplicationBootstrap {
  /** @param all in the order of clients; at least one */
  constructor(
    readonly all: readonly ConfiguredFirstFactor[],
    private readonly accounts: Pick<MfaAccounts, 'isProtected'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const { factor } of this.all) await factor.onStart?.();
  }

  /** Those that `login/` takes a form of. */
  get forms(): readonly ConfiguredFirstFactor[] {
    return this.all.filter(({ factor }) => factor.hasOwnRoutes !== true);
  }

  /** The first factor of a login that names none: the first of type `local`, else the first form. */
  get default(): ConfiguredFirstFactor {
    const [first] = this.forms;
    const factor = this.forms.find(({ type }) => type === LOCAL) ?? first;
    if (factor === undefined) throw new Error('No way to sign in is configured.');
    return factor;
  }

  /**
   * The first factor that a login's body names.
   *
   * @throws {MfaError} `validation_failed` for an unknown `provider`
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
   * The user whom a request proves.
   *
   * @throws {MfaError} `invalid_credentials`, or the error of the first factor
   */
  async authenticate(
    { id, factor }: ConfiguredFirstFactor,
    request: FirstFactorRequest,
  ): Promise<User> {
    const user = await factor.authenticate(request);
    if (!user) throw new MfaError('invalid_credentials');
    // No type guarantees that a strategy succeeds with a user.
    if (user instanceof User) return user;
    throw new TypeError(`The first factor "${id}" succeeded with what is no user.`);
  }

  /**
   * Whether a session may continue. It ends when its first factor is gone or has another type, and when
   * the user has a second factor that it cannot lead to.
   */
  async isStillAllowed(session: RenewedSession, request: FirstFactorRequest): Promise<boolean> {
    const own = this.all.find((candidate) => sessionProviderOf(candidate) === session.provider);
    if (own === undefined) return false;
    const { factor } = own;
    // Only a definite yes continues the session.
    const isAllowed = !factor.isStillAllowed || (await factor.isStillAllowed(session, request));
    if (!isAllowed) return false;
    return factor.supportsMfa || !(await this.accounts.isProtected(session.userId));
  }

  private find(id: string): ConfiguredFirstFactor | undefined {
    return this.forms.find((candidate) => candidate.id === id);
  }
}

/** The first factor that a session records: with another type, the same id is another factor. */
export function sessionProviderOf({
  type,
  id,
}: Pick<ConfiguredFirstFactor, 'type' | 'id'>): string {
  return `${type}:${id}`;
}
