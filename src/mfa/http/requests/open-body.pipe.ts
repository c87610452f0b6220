import { type PipeTransform, type Type } from '@nestjs/common';
import { entriesOf, fieldNamesOf, readFields } from '../../contract/read-fields.js';

/** A body whose route knows some fields and whose handler knows the others. */
export interface OpenBody<T> {
  readonly fixed: T;
  /** Not validated: whoever knows the handler reads it by the handler's schema. */
  readonly rest: Record<string, unknown>;
}

/**
 * Reads the fields that `schema` names and sets the others apart.
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

/** The proof among the fields that a route does not know itself; null where there are none. */
export function proofIn(rest: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(rest).length === 0 ? null : rest;
}

/** Reads a body by {@link readOpenBody}. */
export class OpenBodyPipe<T extends object> implements PipeTransform<unknown, OpenBody<T>> {
  /** @param schema the fields that the route itself knows */
  constructor(private readonly schema: Type<T>) {}

  /** @throws {MfaError} `validation_failed` */
  transform(body: unknown): OpenBody<T> {
    return readOpenBody(this.schema, body);
  }
}
