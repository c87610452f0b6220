import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Clock, clientOf, MfaError } from '../../mfa/index.js';
import { BackgroundWork } from '../identity/background-work.js';
import { type AccountOccasion } from '../identity/account-event.js';
import { type LoginName } from '../identity/names.js';
import { UsersService } from '../identity/users.service.js';
import { type FirstFactorRequest } from './first-factor.js';
import { LoginFailureLog } from './login-failure-log.js';

/** The names in a form that may be malformed. */
interface Names {
  readonly username?: unknown;
  readonly email?: unknown;
}

/** Records refused sign-ins in the audit of the named users. */
@Injectable()
export class LoginFailures implements OnModuleDestroy {
  private readonly work = new BackgroundWork('A failure', new Logger(LoginFailures.name));

  constructor(
    private readonly users: UsersService,
    private readonly log: LoginFailureLog,
    private readonly clock: Clock,
  ) {}

  /** A shutdown waits for failures that are not recorded yet. */
  async onModuleDestroy(): Promise<void> {
    await this.settled();
  }

  /** Resolves when every failure is recorded. */
  async settled(): Promise<void> {
    await this.work.settled();
  }

  /**
   * Passes an attempt on. A refusal is recorded in the background, so that the time of the response does
   * not reveal whether the account exists.
   *
   * @throws {MfaError} of the attempt; `unavailable` when too many refusals wait to be recorded
   */
  async watch<T>(request: FirstFactorRequest, attempt: Promise<T>): Promise<T> {
    try {
      return await attempt;
    } catch (error) {
      if (error instanceof MfaError && error.code === 'invalid_credentials')
        await this.note(request);
      throw error;
    }
  }

  private async note(request: FirstFactorRequest): Promise<void> {
    const occasion = { client: clientOf(request), at: this.clock.now() };
    await this.work.begin(() => this.record(request.body, occasion));
  }

  private async record(body: unknown, occasion: Omit<AccountOccasion, 'user'>): Promise<void> {
    const login = loginNameIn(body);
    const user = login === null ? null : await this.users.findByLoginName(login);
    if (user === null) return;
    await this.log.note({ ...occasion, user });
  }
}

/** The login name of a form; null for a form without one, for example of a shared password. */
function loginNameIn(body: unknown): LoginName | null {
  const { username, email }: Names = typeof body === 'object' && body !== null ? body : {};
  const isByName = typeof username === 'string' && username.trim() !== '';
  if (isByName) return { by: 'username', value: username };
  return typeof email === 'string' ? { by: 'email', value: email } : null;
}
