import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaError } from '../../contract/errors.js';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { FreshProof } from '../access/fresh-proof.js';
import { EventRecorder } from '../events/event-recorder.js';
import { MfaOptions } from '../options/mfa.options.js';
import { type DeviceRecord, DeviceStore } from '../ports/devices.js';
import { type MfaEventType } from '../ports/events.js';
import { type Transaction, UnitOfWork } from '../ports/stores.js';

/** What an ending is told as, and the device that it is about. */
interface Ending {
  readonly type: MfaEventType;
  readonly target?: string;
  /** @returns whether anything ended */
  readonly run: (transaction: Transaction) => Promise<boolean>;
}

/** The remembered devices of a signed-in subject. Every method throws `not_found` where none are remembered. */
@Injectable()
export class DeviceService {
  constructor(
    private readonly store: DeviceStore,
    private readonly actors: SubjectResolver,
    private readonly freshProof: FreshProof,
    private readonly events: EventRecorder,
    private readonly unitOfWork: UnitOfWork,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * The devices that are remembered now, the one used last first.
   *
   * @throws {MfaError} `token_not_valid` when the subject is gone or may not sign in any more
   */
  async list(actor: Actor): Promise<readonly DeviceRecord[]> {
    this.refuseWhenOff();
    const { id, credentialsVersion } = await this.actors.subjectOf(actor);
    const devices = await this.store.list(id, this.clock.now());
    return devices.filter((device) => device.credentialsVersion === credentialsVersion);
  }

  /**
   * Ends one device. Its sessions stay.
   *
   * @throws {MfaError} `not_found`, also for a device of somebody else, and as {@link FreshProof.require} in
   * a transaction
   */
  async end(actor: Actor, id: string): Promise<void> {
    const { subjectId } = actor;
    await this.change(actor, {
      type: 'device_ended',
      target: id,
      run: async (transaction) => {
        if (!(await this.store.end({ subjectId, id }, transaction)))
          throw new MfaError('not_found');
        return true;
      },
    });
  }

  /**
   * Ends every device of the subject. Their sessions stay.
   *
   * @throws {MfaError} as {@link FreshProof.require} in a transaction
   */
  async endAll(actor: Actor): Promise<void> {
    await this.change(actor, {
      type: 'devices_ended',
      run: async (transaction) => (await this.store.endAll(actor.subjectId, transaction)) > 0,
    });
  }

  private async change(actor: Actor, { run, ...told }: Ending): Promise<void> {
    this.refuseWhenOff();
    const { subjectId, sessionId, client } = actor;
    const events = await this.unitOfWork.runForAccount(subjectId, async (transaction) => {
      const { subject } = await this.freshProof.require(actor, transaction);
      if (!(await run(transaction))) return [];
      const occasion = { subject, sessionId, client, factor: null, at: this.clock.now() };
      return this.events.append([{ ...occasion, ...told }], { transaction });
    });
    this.events.publish(events);
  }

  private refuseWhenOff(): void {
    if (this.options.trustedDevices !== 'on') throw new MfaError('not_found');
  }
}
