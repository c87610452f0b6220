import sql, { raw, type Sql } from 'sql-template-tag';
import { type PayloadOwner } from './payload-cipher.js';

/** A table with a column of sealed envelopes, whose rows are identified by `user_id` and `id`. */
export interface SealedTable {
  readonly name: Sql;
  readonly use: PayloadOwner['use'];
  /** The column of the envelopes. */
  readonly envelope: Sql;
  /** The type of `id`. */
  readonly idType: Sql;
  /** The purpose that an envelope is bound to. */
  readonly purpose: Sql;
  /** Whether the envelope of a row may still be opened; the table's alias is `t`. */
  isNeeded(now: Date): Sql;
}

/** Every table of ours that holds sealed envelopes. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    name: raw('mfa_methods'),
    use: 'state',
    envelope: raw('state'),
    idType: raw('uuid'),
    purpose: raw(`'method'`),
    isNeeded: () => sql`true`,
  },
  {
    name: raw('mfa_challenges'),
    use: 'challenge',
    envelope: raw('data'),
    idType: raw('text'),
    purpose: raw('t.purpose'),
    isNeeded: (now) =>
      sql`t.data IS NOT NULL AND t.consumed_at IS NULL AND t.expires_at > ${now}::timestamptz`,
  },
  {
    name: raw('mfa_changes'),
    use: 'change',
    envelope: raw('former'),
    idType: raw('uuid'),
    purpose: raw('t.type'),
    isNeeded: () => sql`t.former IS NOT NULL`,
  },
  {
    name: raw('mfa_outbox'),
    use: 'outbox',
    envelope: raw('payload'),
    idType: raw('uuid'),
    purpose: raw('t.consumer'),
    isNeeded: () => sql`true`,
  },
];

/** The id of the key that sealed `t.<envelope>`, by the layout that `PayloadCipher` describes. */
export function sealingKeyId({ envelope }: SealedTable): Sql {
  return sql`encode(substring(t.${envelope} FROM 3 FOR get_byte(t.${envelope}, 1)), 'escape')`;
}
