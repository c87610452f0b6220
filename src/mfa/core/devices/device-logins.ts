import { Injectable } from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';
import { RandomSource } from '../../contract/random.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type ChainStanding, chainStandingOf } from '../keys/chain-standing.js';
import { MfaOptions } from '../options/mfa.options.js';
import {
  countingProofs,
  type DeviceProof,
  proofOfFirstFactor,
  type SessionProof,
} from '../ports/assurance.js';
import { type DeviceRecord, DeviceStore } from '../ports/devices.js';
import { type MfaEvent } from '../ports/events.js';
import { type RowInsert, type RowUpdate } from '../ports/host-rows.js';
import { type ClientInfo, type FirstFactorPassed } from '../ports/mfa-passed.js';
import { type MethodSnapshot, UnitOfWork } from '../ports/stores.js';
import { type DeviceFacts, DeviceTokens } from './device-tokens.js';

/** The token of a remembered device, for the client. */
export interface TrustedDevice {
  readonly token: string;
  /** When the device is forgotten, unless it is used before. */
  readonly expiresAt: Date;
}

/** A right first factor that came with the token of a device. */
export interface DeviceLogin {
  readonly first: FirstFactorPassed;
  /** The methods of the subject; at least one is active. */
  readonly present: MethodSnapshot;
  readonly client: ClientInfo;
}

/** A login that a remembered device lets pass without a second step. */
export interface Admission {
  /** The proof of the first factor, which names what the device saw. */
  readonly proof: SessionProof;
  /** Required in the commit of the session: without the device there is none. */
  readonly renewal: RowUpdate;
  readonly device: TrustedDevice;
}

/** A new device, which is remembered once its row and its event are written. */
export interface NewDevice {
  readonly row: RowInsert;
  readonly event: MfaEvent;
  readonly device: TrustedDevice;
}

/** A right second factor whose owner wants the device to be remembered. */
export interface Remembering extends Pick<MfaEvent, 'subject' | 'client' | 'sessionId'> {
  readonly proof: DeviceProof;
}

/** A login that loses a race is decided anew: its token may be the former one by now. */
const MAX_TRIES = 3;

const DAY_SECONDS = 86_400;

/** Remembers devices, and lets logins on them pass without a second step. */
@Injectable()
export class DeviceLogins {
  constructor(
    private readonly store: DeviceStore,
    private readonly tokens: DeviceTokens,
    private readonly events: EventRecorder,
    private readonly unitOfWork: UnitOfWork,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Whether devices are remembered at all. */
  get isOn(): boolean {
    return this.options.trustedDevices === 'on';
  }

  /**
   * Lets a login pass if its token is the present one of a device of the subject, or the one just before
   * within the grace. A token that is older than that ends the device: two people have it [RFC 9700 §4.14.2].
   *
   * @param open commits the session with the admission; null when the device has changed meanwhile
   * @returns what `open` returns; null when the second step is due
   */
  async admit<T>(
    login: DeviceLogin,
    open: (admission: Admission) => Promise<T | null>,
  ): Promise<T | null> {
    const token = this.tokenOf(login.first);
    for (let tries = 1; token !== null && tries <= MAX_TRIES; tries++) {
      const admission = await this.admissionOf(token, login);
      if (admission === null) return null;
      const opened = await open(admission);
      if (opened !== null) return opened;
    }
    return null;
  }

  /** A new device of the subject who has just proven a second factor. */
  remember({ subject, proof, client, sessionId }: Remembering): NewDevice {
    const at = this.clock.now();
    const { facts, token } = this.tokens.first({
      subjectId: subject.id,
      id: this.random.rowId(),
    });
    const device: DeviceRecord = {
      ...facts,
      ...client,
      formerSalt: null,
      spentAt: [],
      credentialsVersion: subject.credentialsVersion,
      proof,
      createdAt: at,
      lastUsedAt: at,
      expiresAt: this.endOf({ createdAt: at, lastUsedAt: at }),
    };
    const told = { subject, factor: null, target: device.id, client, sessionId, at };
    return {
      row: this.store.insertion(device),
      event: { ...told, type: 'device_remembered' },
      device: { token, expiresAt: device.expiresAt },
    };
  }

  /** Without any proof of its own, a token would be the only factor of the login. */
  private tokenOf({ subject, amr, trustedDevice }: FirstFactorPassed): DeviceFacts | null {
    if (!this.isOn || trustedDevice === undefined || amr.length === 0) return null;
    return this.tokens.read(trustedDevice, subject.id);
  }

  private async admissionOf(token: DeviceFacts, login: DeviceLogin): Promise<Admission | null> {
    const device = await this.store.find(token);
    const proof = device && this.proofOf(device, login);
    if (device === null || proof === null) return null;
    const standing = this.standingOf(token, device);
    if (standing === 'reused') await this.endReused(token, login);
    if (standing !== 'present' && standing !== 'former') return null;
    // The former token leads to the present one again: nothing forks, however many clients have it.
    const used = this.used(device, login.client);
    const { renewed, token: shown } =
      standing === 'present'
        ? this.rotated(used)
        : { renewed: used, token: this.tokens.again(used) };
    if (shown === null) return null;
    return {
      proof,
      renewal: this.store.renewal(device, renewed),
      device: { token: shown, expiresAt: renewed.expiresAt },
    };
  }

  /** Null for a device that is dead: expired, or from before a change of the password or of its factor. */
  private proofOf(device: DeviceRecord, { first, present }: DeviceLogin): SessionProof | null {
    const now = this.clock.now();
    const { credentialsVersion } = first.subject;
    // Fewer days may be configured now than when its end was stored.
    if (device.expiresAt <= now || this.endOf(device) <= now) return null;
    if (device.credentialsVersion !== credentialsVersion) return null;
    const own = { ...proofOfFirstFactor(first.amr, now), deviceProof: device.proof };
    const [proof] = countingProofs([own], present);
    return proof?.deviceProof === undefined ? null : proof;
  }

  private standingOf(token: DeviceFacts, device: DeviceRecord): ChainStanding {
    const { generation, salt, formerSalt } = device;
    const spentAt = device.spentAt[generation - token.generation - 1] ?? null;
    const row = { generation, salt, formerSalt, spentAt };
    const graceSeconds = this.options.tokenGraceSeconds;
    return chainStandingOf(token, row, { now: this.clock.now(), graceSeconds });
  }

  private used(device: DeviceRecord, { ip, userAgent }: ClientInfo): DeviceRecord {
    const lastUsedAt = this.clock.now();
    const expiresAt = this.endOf({ createdAt: device.createdAt, lastUsedAt });
    return { ...device, lastUsedAt, expiresAt, ip, userAgent };
  }

  private rotated(device: DeviceRecord): { renewed: DeviceRecord; token: string } {
    const { lastUsedAt: now, salt: formerSalt } = device;
    const since = addSeconds(now, -this.options.tokenGraceSeconds);
    const spentAt = [now, ...device.spentAt.filter((at) => at > since)];
    const { facts, token } = this.tokens.next(device);
    return { renewed: { ...device, ...facts, formerSalt, spentAt }, token };
  }

  /** A device lives for its days, and half of them without being used. */
  private endOf({ createdAt, lastUsedAt }: Pick<DeviceRecord, 'createdAt' | 'lastUsedAt'>): Date {
    const seconds = this.options.trustedDeviceDays * DAY_SECONDS;
    const [end, idleEnd] = [addSeconds(createdAt, seconds), addSeconds(lastUsedAt, seconds / 2)];
    return idleEnd < end ? idleEnd : end;
  }

  private async endReused(token: DeviceFacts, { first, client }: DeviceLogin): Promise<void> {
    const { subject } = first;
    const told = { subject, factor: null, target: token.id, client, at: this.clock.now() };
    const event: MfaEvent = { ...told, type: 'device_token_reused' };
    const events = await this.unitOfWork.runForAccount(
      subject.id,
      async (transaction) => {
        const isEnded = await this.store.endReused(token, transaction);
        return isEnded ? this.events.append([event], { transaction }) : [];
      },
      'unbounded',
    );
    this.events.publish(events);
  }
}
