import { type Type } from '@nestjs/common';
import { readFields } from '../../mfa/index.js';
import { type User } from '../identity/user.entity.js';
import { type FirstFactor, type FirstFactorRequest } from './first-factor.js';
import { withoutProvider } from './provider-choice.js';

/** A first factor that validates a form of the body and finds its user. */
export abstract class FormFirstFactor<Form extends object> implements FirstFactor {
  abstract readonly schema: Type<Form>;
  readonly amr: readonly string[] = ['pwd'];
  readonly supportsMfa: boolean = true;

  async authenticate(request: FirstFactorRequest): Promise<User | null> {
    return this.verify(readFields(this.schema, withoutProvider(request.body)), request);
  }

  /**
   * The user of this form, or null. It does the same work for existing and unknown users: the time of the
   * response must not tell them apart.
   *
   * @param form validated by {@link schema}
   */
  protected abstract verify(form: Form, request: FirstFactorRequest): Promise<User | null>;
}
