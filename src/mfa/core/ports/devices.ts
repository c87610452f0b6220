import { type DeviceProof } from './assurance.js';
import { type RowInsert, type RowUpdate } from './host-rows.js';
import { type Transaction } from './stores.js';

/** Names a remembered device of a subject. */
export interface DeviceKey {
  readonly subjectId: string;
  /** UUID */
  readonly id: string;
}

/** A device that a subject has chosen to be remembered on. */
export interface DeviceRecord extends DeviceKey {
  /** The number of its present token: the first is 1. */
  readonly generation: number;
  /** The salt of its present token, in base64url. */
  readonly salt: string;
  /** The id of the ring's key that its present token is made with. */
  readonly keyId: string;
  /** The salt of the token just before; null: there was none. */
  readonly formerSalt: string | null;
  /** When the earlier tokens were spent, latest first; old times are dropped. */
  readonly spentAt: readonly Date[];
  /** {@link Subject.credentialsVersion} when it was remembered. With another one the device is dead. */
  readonly credentialsVersion: string;
  /** The proof of a second factor that it was remembered with. */
  readonly proof: DeviceProof;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** When it is forgotten, unless it is used before. */
  readonly expiresAt: Date;
  /** The address of its last sign-in; null if unknown. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/**
 * Port: keeps remembered devices. A device that ends is deleted. All writers lock an account before its
 * devices, and its devices before the sessions of the host.
 */
export abstract class DeviceStore {
  abstract find(key: DeviceKey): Promise<DeviceRecord | null>;
  /** The devices of a subject that have not expired, the one used last first. */
  abstract list(subjectId: string, now: Date): Promise<readonly DeviceRecord[]>;
  /** The row of a new device, for the commit of the proof. */
  abstract insertion(device: DeviceRecord): RowInsert;
  /**
   * The change of a device for the commit of a login. It is required: without a device whose token is still
   * that of `read`, the login is not committed.
   */
  abstract renewal(read: DeviceRecord, renewed: DeviceRecord): RowUpdate;
  /** Ends a device. False when there is none. */
  abstract end(key: DeviceKey, transaction: Transaction): Promise<boolean>;
  /** Ends a device whose token of this generation is spent. False when it is not, or there is none. */
  abstract endReused(
    token: DeviceKey & Pick<DeviceRecord, 'generation'>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** Ends every device of a subject. @returns how many there were */
  abstract endAll(subjectId: string, transaction: Transaction): Promise<number>;
}
