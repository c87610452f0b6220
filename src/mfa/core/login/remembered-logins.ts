import { Injectable } from '@nestjs/common';
import { type Admission, DeviceLogins } from '../devices/device-logins.js';
import { EventRecorder } from '../events/event-recorder.js';
import { isOfSecondFactor } from '../ports/assurance.js';
import { type MfaEvent } from '../ports/events.js';
import { HostPorts } from '../ports/host-ports.js';
import { type IssuedTokens, type WrittenWithProof } from '../ports/issued-tokens.js';
import {
  type ClientInfo,
  type FirstFactorPassed,
  type MfaPassed,
  OF_LOGIN,
  vouch,
} from '../ports/mfa-passed.js';
import { type MethodSnapshot } from '../ports/stores.js';
import { answerOf, type IssuedResponse } from './issued-response.js';

/** Issued tokens, with the response that hands them out. */
export interface IssuedLogin extends WrittenWithProof {
  readonly result: IssuedResponse;
}

/** Logins on remembered devices, and logins that have a device remembered. */
@Injectable()
export class RememberedLogins {
  constructor(
    private readonly host: HostPorts,
    private readonly devices: DeviceLogins,
    private readonly events: EventRecorder,
  ) {}

  /**
   * Opens a session without a second step, if the first factor came from a remembered device.
   *
   * @param present the methods of the subject; at least one is active
   * @returns null when the second step is due
   */
  async pass(
    first: FirstFactorPassed,
    present: MethodSnapshot,
    client: ClientInfo,
  ): Promise<IssuedResponse | null> {
    return this.devices.admit({ first, present, client }, (admission) =>
      this.open(admission, first, client),
    );
  }

  /**
   * Issues the tokens of a login whose second factor was right.
   *
   * @param remembersDevice whether its device is to be remembered; a proof that shows no second factor makes
   * no device
   */
  async issue(passed: MfaPassed, remembersDevice: boolean): Promise<IssuedLogin> {
    const issued = await this.host.tokens.issue(passed);
    const made = remembersDevice && this.devices.isOn ? this.deviceOf(passed, issued) : null;
    if (made === null) return { ...issued, result: answerOf(issued) };
    const { rows, furtherEvents = [] } = issued;
    return {
      ...issued,
      rows: [...rows, made.row],
      furtherEvents: [...furtherEvents, made.event],
      result: answerOf(issued, made.device),
    };
  }

  private deviceOf({ subject, client, proofs }: MfaPassed, { sessionId }: IssuedTokens) {
    // The proof that was given now is the last one.
    const proof = proofs.at(-1);
    if (proof === undefined || !isOfSecondFactor(proof)) return null;
    const { methodId, authenticatorId, backupCodesId, activation, at } = proof;
    const seen = { methodId, authenticatorId, backupCodesId, activation, at };
    return this.devices.remember({ subject, client, sessionId, proof: seen });
  }

  /** Null when the device has changed meanwhile: then nothing is written. */
  private async open(
    { proof, renewal, device }: Admission,
    first: FirstFactorPassed,
    client: ClientInfo,
  ): Promise<IssuedResponse | null> {
    const { subject, provider = null } = first;
    const passed = vouch({ ...OF_LOGIN, subject, proofs: [proof], provider, client });
    const issued = await this.host.tokens.issue(passed);
    const answer = answerOf(issued, device);
    const { rows, rowUpdates = [], displacement, sessionId, furtherEvents = [] } = issued;
    const told = { subject, factor: null, client, at: proof.at, sessionId };
    const event: MfaEvent = { ...told, type: 'login_succeeded' };
    const isWritten = await this.events.record([event, ...furtherEvents], {
      rows,
      rowUpdates: [renewal, ...rowUpdates],
      displacement,
    });
    return isWritten ? answer : null;
  }
}
