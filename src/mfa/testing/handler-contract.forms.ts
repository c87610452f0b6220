/// <reference types="jest" />
import { type Type } from '@nestjs/common';
import { jsonSchemaOf } from '../http/schemas/json-schema.js';
import { partOf } from '../http/schemas/open-api-schema.js';
import { fieldNamesOf, readFields } from '../contract/read-fields.js';
import { confirm, enrol, type HandlerHarness, jsonCopyOf, openLogin } from './handler-ceremony.js';

/** Members of a JSON Schema that restrict a value. */
const SAYING = ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref'];

/** Rules for the fields and answers of a handler. They travel as JSON, and clients make forms of them. */
export function describeForms<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  it('asks in schemas that say of each field, as JSON, what it takes', () => {
    const { setupSchema, proofSchema } = harness.makeHandler();
    expect(fieldNamesOf(proofSchema).size).toBeGreaterThan(0);
    expect([setupSchema, proofSchema].flatMap(muteFieldsOf)).toEqual([]);
  });

  it('takes the fields of a set-up as its schema reads them', () => {
    const { setupSchema } = harness.makeHandler();
    const fields: unknown = jsonCopyOf(harness.fields);
    if (setupSchema === undefined) expect(fields).toEqual({});
    else expect(() => readFields(setupSchema, fields)).not.toThrow();
  });

  it('shows nothing that JSON would lose', async () => {
    const { handler, outcome, ceremony } = await enrol(harness);
    const confirmed = await confirm(harness, handler, ceremony);
    const login = await openLogin({ ...harness, now: confirmed.now }, handler, confirmed.state);
    const { response } = outcome;
    const shown = [response, login?.outcome.response ?? {}];
    shown.push(handler.describe(ceremony.state), handler.describe(confirmed.state));
    expect(jsonCopyOf(shown)).toStrictEqual(shown);
  });

  it('repeats beside the data of a set-up what is in it', async () => {
    const { handler, outcome } = await enrol(harness);
    expect(Object.keys(outcome.response)).toEqual(
      expect.arrayContaining([...(handler.setupTopLevel ?? [])]),
    );
  });

  it('lets go of what it holds of an authenticator, pending or not, more than once', async () => {
    const { handler, ceremony } = await enrol(harness);
    const confirmed = await confirm(harness, handler, ceremony);
    for (const state of [ceremony.state, confirmed.state, confirmed.state]) {
      const disposed = handler.dispose?.({ subjectId: harness.subject.id, state });
      await expect(disposed ?? Promise.resolve()).resolves.toBeUndefined();
    }
  });
}

/** Validated fields about which the schema tells a form nothing. */
function muteFieldsOf(schema: Type<object> | undefined): string[] {
  if (schema === undefined) return [];
  const asJson = jsonSchemaOf(schema);
  expect(jsonCopyOf(asJson)).toStrictEqual(asJson);
  const properties = partOf(asJson, 'properties');
  return [...fieldNamesOf(schema)].filter((name) => {
    const said = Object.keys(partOf(properties, name));
    return !SAYING.some((member) => said.includes(member));
  });
}
