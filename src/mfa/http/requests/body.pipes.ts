import { Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { entriesOf, fieldNamesOf, readFields } from '../../contract/read-fields.js';

/** Reads a body by the DTO class of the parameter. */
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

/** A body with fields of the route and fields of the handler. */
export interface OpenBody<T> {
  readonly fixed: T;
  /** The fields of the handler. They are not validated yet: the core reads them by the handler's schema. */
  readonly rest: Record<string, unknown>;
}

/**
 * Reads the fields of `schema` and separates the others.
 *
 * @throws {MfaError} `validation_failed`
 */
export function readOpenBody<T extends object>(schema: Type<T>, body: unknown): OpenBody<T> {
  const names = fieldNamesOf(schema);
  const entries = entriesOf(body);
  const fixed = entries.filter(([name]) => names.has(name));
  const rest = entries.filter(([name]) => !names.has(name));
  return { fixed: readFields(schema, Object.fromEntries(fixed)), rest: Object.fromEntries(rest) };
}

/** The proof among the other fields. Null: there are no other fields. */
export function proofIn(rest: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(rest).length === 0 ? null : rest;
}

/** Reads a body by {@link readOpenBody}. */
export class OpenBodyPipe<T extends object> implements PipeTransform<unknown, OpenBody<T>> {
  /** @param schema the fields of the route */
  constructor(private readonly schema: Type<T>) {}

  /** @throws {MfaError} `validation_failed` */
  transform(body: unknown): OpenBody<T> {
    return readOpenBody(this.schema, body);
  }
}
