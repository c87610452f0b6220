import { Injectable } from '@nestjs/common';
import { IsIn } from 'class-validator';
import { readFields } from '../../contract/read-fields.js';
import { MfaOptions } from '../../core/options/mfa.options.js';

/** The name of the field of `login/verify/`. */
export const REMEMBER_DEVICE = 'remember_device';

/** A form has texts, and JSON has booleans. */
class RememberDeviceField {
  @IsIn([true, false, 'true', 'false'], { message: 'Must be a valid boolean.' })
  readonly remember_device!: boolean | string;
}

/** The fields of a proof, and whether the device is to be remembered with it. */
export interface RememberingProof {
  readonly proof: Record<string, unknown>;
  readonly remembersDevice: boolean;
}

/** Takes `remember_device` out of the fields of a proof. */
@Injectable()
export class RememberDevice {
  constructor(private readonly options: MfaOptions) {}

  /**
   * Where no device is remembered, the field stays, and is refused like any other that nobody knows.
   *
   * @throws {MfaError} `validation_failed` for a value that is neither true nor false
   */
  takeFrom(fields: Record<string, unknown>): RememberingProof {
    if (this.options.trustedDevices !== 'on' || !Object.hasOwn(fields, REMEMBER_DEVICE)) {
      return { proof: fields, remembersDevice: false };
    }
    const { remember_device, ...proof } = fields;
    const given = readFields(RememberDeviceField, { remember_device }).remember_device;
    return { proof, remembersDevice: String(given) === 'true' };
  }
}
