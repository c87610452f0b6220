import { type User } from '../../identity/user.entity.js';
import { type FirstFactor } from '../first-factor.js';

/** The type of this first factor in the configuration. */
export const PASSKEY = 'passkey';

/** The form of `login/`, which does not take passkeys. */
class NoForm {}

/** A passkey, by `login/passkey/`: nobody is named before it answers. */
export class PasskeyFactor implements FirstFactor {
  readonly schema = NoForm;
  readonly amr: readonly string[] = ['pop', 'user'];
  readonly supportsMfa = true;
  readonly hasOwnRoutes = true;

  /** Nobody: `login/` does not know its name. */
  authenticate(): Promise<User | null> {
    return Promise.resolve(null);
  }
}
