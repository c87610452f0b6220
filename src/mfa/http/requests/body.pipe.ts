import { Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { readFields } from '../../contract/read-fields.js';

/** Reads a body by the DTO class that the parameter is declared with. */
@Injectable()
export class BodyPipe implements PipeTransform {
  /** @throws {MfaError} `validation_failed` */
  transform(body: unknown, { metatype }: { metatype?: Type<object> | undefined }): object {
    if (metatype === undefined || metatype === Object) {
      throw new TypeError('BodyPipe needs a parameter that is declared with a DTO class.');
    }
    return readFields(metatype, body);
  }
}
