import { DeviceLogins, type NewDevice } from '../../src/mfa/core/devices/device-logins.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { EventStore } from '../../src/mfa/core/ports/event-store.js';
import { CLIENT, type MfaHarness } from './mfa-harness.js';

/** Remembers a device of a subject without a login. @returns its id and its token */
export async function rememberWithin(
  { parts }: MfaHarness,
  subject: Subject,
): Promise<{ readonly id: string; readonly token: string }> {
  const at = parts.clock.now();
  const proof = {
    methodId: null,
    authenticatorId: null,
    backupCodesId: null,
    activation: null,
    at,
  };
  const made: NewDevice = parts.get(DeviceLogins).remember({ subject, proof, client: CLIENT });
  await parts.get(EventStore).append([made.event], { rows: [made.row] });
  return { id: String(made.row.values['id']), token: made.device.token };
}
