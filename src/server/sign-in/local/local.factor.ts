import { clientOf } from '../../../mfa/index.js';
import { type User } from '../../identity/user.entity.js';
import { type LoginName } from '../../identity/names.js';
import { type UsersService } from '../../identity/users.service.js';
import { type FirstFactorRequest } from '../first-factor.js';
import { FormFirstFactor } from '../form-first-factor.js';
import { LocalForm } from './local.form.js';

/** The password of a registered account. */
export class LocalFactor extends FormFirstFactor<LocalForm> {
  readonly schema = LocalForm;

  constructor(private readonly users: UsersService) {
    super();
  }

  protected async verify(form: LocalForm, request: FirstFactorRequest): Promise<User | null> {
    return this.users.verifyPassword(loginNameOf(form), form.password, clientOf(request).ip);
  }
}

/** The user name takes precedence. */
function loginNameOf({ username, email }: LocalForm): LoginName {
  return username === undefined
    ? { by: 'email', value: email ?? '' }
    : { by: 'username', value: username };
}
