import { Injectable } from '@nestjs/common';
import sql, { raw } from 'sql-template-tag';
import { type DeviceKey, type DeviceRecord, DeviceStore } from '../../core/ports/devices.js';
import { type RowInsert, type RowUpdate } from '../../core/ports/host-rows.js';
import { type Transaction } from '../../core/ports/stores.js';
import { Statements } from '../database/statements.js';

const TABLE = 'mfa_devices';

/** Columns of `mfa_devices`, as {@link DeviceRow}. */
const COLUMNS = raw(`user_id AS "subjectId", id, generation, salt, key_id AS "keyId",
  former_salt AS "formerSalt", spent_at AS "spentAt", credentials_version AS "credentialsVersion",
  proof, created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt", ip,
  user_agent AS "userAgent"`);

/** A row, whose proof is JSON. */
type DeviceRow = Omit<DeviceRecord, 'proof'> & {
  readonly proof: Omit<DeviceRecord['proof'], 'at'> & { readonly at: string };
};

/** Keeps remembered devices in `mfa_devices`. */
@Injectable()
export class TypeOrmDeviceStore extends DeviceStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async find({ subjectId, id }: DeviceKey): Promise<DeviceRecord | null> {
    const [row] = await this.statements.rows<DeviceRow>(
      sql`SELECT ${COLUMNS} FROM mfa_devices WHERE user_id = ${subjectId} AND id = ${id}::uuid`,
    );
    return row === undefined ? null : deviceOf(row);
  }

  async list(subjectId: string, now: Date): Promise<readonly DeviceRecord[]> {
    const rows = await this.statements.rows<DeviceRow>(
      sql`SELECT ${COLUMNS} FROM mfa_devices WHERE user_id = ${subjectId} AND expires_at > ${now}
        ORDER BY last_used_at DESC, id DESC`,
    );
    return rows.map(deviceOf);
  }

  insertion(device: DeviceRecord): RowInsert {
    const values = {
      user_id: device.subjectId,
      id: device.id,
      credentials_version: device.credentialsVersion,
      proof: JSON.stringify(device.proof),
      created_at: device.createdAt,
      ...changing(device),
    };
    return { table: TABLE, values };
  }

  renewal(read: DeviceRecord, renewed: DeviceRecord): RowUpdate {
    const { subjectId, id, generation, salt } = read;
    const key = { user_id: subjectId, id, generation, salt };
    return { table: TABLE, key, set: changing(renewed), isRequired: true };
  }

  async end({ subjectId, id }: DeviceKey, transaction: Transaction): Promise<boolean> {
    const ended = await this.statements.changed(
      sql`DELETE FROM mfa_devices WHERE user_id = ${subjectId} AND id = ${id}::uuid`,
      transaction,
    );
    return ended === 1;
  }

  async endReused(
    { subjectId, id, generation }: DeviceKey & Pick<DeviceRecord, 'generation'>,
    transaction: Transaction,
  ): Promise<boolean> {
    const ended = await this.statements.changed(
      sql`DELETE FROM mfa_devices
        WHERE user_id = ${subjectId} AND id = ${id}::uuid AND generation > ${generation}`,
      transaction,
    );
    return ended === 1;
  }

  async endAll(subjectId: string, transaction: Transaction): Promise<number> {
    return this.statements.changed(
      sql`DELETE FROM mfa_devices WHERE user_id = ${subjectId}`,
      transaction,
    );
  }
}

/** The columns that a renewal changes. */
function changing(device: DeviceRecord): RowInsert['values'] {
  return {
    generation: device.generation,
    salt: device.salt,
    key_id: device.keyId,
    former_salt: device.formerSalt,
    spent_at: device.spentAt.map((at) => at.toISOString()),
    last_used_at: device.lastUsedAt,
    expires_at: device.expiresAt,
    ip: device.ip,
    user_agent: device.userAgent,
  };
}

function deviceOf({ proof, ...row }: DeviceRow): DeviceRecord {
  return { ...row, proof: { ...proof, at: new Date(proof.at) } };
}
