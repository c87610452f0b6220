import { KeptEvents, NoTransactions } from '../../../../test/support/scripted-ceremony.js';
import { addSeconds } from '../../contract/clock.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { type EventRecorder } from '../events/event-recorder.js';
import { KeyRing } from '../keys/key-ring.js';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { type DeviceKey, type DeviceRecord, DeviceStore } from '../ports/devices.js';
import { type RowInsert, type RowUpdate } from '../ports/host-rows.js';
import { type FirstFactorPassed } from '../ports/mfa-passed.js';
import { type MethodSnapshot } from '../ports/stores.js';
import { DeviceLogins } from './device-logins.js';
import { DeviceTokens } from './device-tokens.js';

const KEYS = ['new', 'old'].map((id, place) => ({ id, key: Buffer.alloc(32, place) }));
const CLIENT = { ip: '192.0.2.1', userAgent: 'spec' };
const PROOF = {
  ...{ methodId: 'm1', authenticatorId: null, backupCodesId: 's1', activation: 1 },
  at: new Date(0),
};
/** What a device's proof is judged by, and no more. */
const PRESENT = {
  methods: [{ id: 'm1', isActive: true, activation: 1, authenticators: [] }],
  backupCodesId: 's1',
} as unknown as MethodSnapshot;
const SUBJECT = {
  id: 'u1',
  displayName: 'u1',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};

/** Keeps one device in memory. */
class OneDevice extends DeviceStore {
  device: DeviceRecord | null = null;
  looks = 0;

  async find(): Promise<DeviceRecord | null> {
    this.looks += 1;
    return this.device;
  }

  async list(): Promise<readonly DeviceRecord[]> {
    return this.device === null ? [] : [this.device];
  }

  insertion(device: DeviceRecord): RowInsert {
    this.device = device;
    return { table: 'devices', values: { id: device.id } };
  }

  renewal(_read: DeviceRecord, renewed: DeviceRecord): RowUpdate {
    this.device = renewed;
    return { table: 'devices', key: { id: renewed.id }, set: { salt: renewed.salt } };
  }

  async end(): Promise<boolean> {
    return this.take(true);
  }

  async endReused({ generation }: DeviceKey & Pick<DeviceRecord, 'generation'>): Promise<boolean> {
    return this.take(this.device !== null && this.device.generation > generation);
  }

  async endAll(): Promise<number> {
    return Number(this.take(true));
  }

  private take(isIt: boolean): boolean {
    const ends = isIt && this.device !== null;
    if (ends) this.device = null;
    return ends;
  }
}

let store: OneDevice;
let keys: KeyRing;
let clock: FakeClock;
let kept: KeptEvents;

beforeEach(() => {
  store = new OneDevice();
  clock = new FakeClock();
  kept = new KeptEvents();
});

function devices(changes: object = {}): DeviceLogins {
  const options = resolveMfaOptions({ secretKeys: KEYS, trustedDevices: 'on', ...changes });
  keys = new KeyRing(options);
  const random = new FakeRandomSource();
  const tokens = new DeviceTokens(keys, random);
  // Nothing but writing and publishing is asked of the recorder.
  const events = {
    append: (told: Parameters<KeptEvents['append']>[0]) => kept.append(told),
    publish: () => {},
  } as unknown as EventRecorder;
  return new DeviceLogins(store, tokens, events, new NoTransactions(), options, clock, random);
}

const remember = (logins: DeviceLogins) =>
  logins.remember({ subject: SUBJECT, proof: PROOF, client: CLIENT }).device.token;

/** The next token of the device; null when the second step is due. */
function admit(
  logins: DeviceLogins,
  trustedDevice: string,
  { present = PRESENT, ...changes }: Partial<FirstFactorPassed> & { present?: MethodSnapshot } = {},
): Promise<string | null> {
  const first = { subject: SUBJECT, amr: ['pwd'], trustedDevice, ...changes };
  return logins.admit({ first, present, client: CLIENT }, async ({ device }) => device.token);
}

describe('DeviceLogins', () => {
  it('lets a right token pass, and tells what the device saw', async () => {
    const logins = devices();
    const token = remember(logins);
    const first = { subject: SUBJECT, amr: ['pwd'], trustedDevice: token };
    const proof = await logins.admit(
      { first, present: PRESENT, client: CLIENT },
      async (admission) => admission.proof,
    );
    expect(proof).toMatchObject({ amr: ['pwd'], methodId: null, deviceProof: PROOF });
  });

  it.each<[string, Parameters<typeof admit>[2]]>([
    ['proves nothing itself', { amr: [] }],
    ['is of another password', { subject: { ...SUBJECT, credentialsVersion: '2' } }],
    ['is of somebody else', { subject: { ...SUBJECT, id: 'u2' } }],
    ['is of a factor that is gone', { present: { ...PRESENT, methods: [] } }],
    ['is of dead backup codes', { present: { ...PRESENT, backupCodesId: 's2' } }],
  ])('asks for the second step where the login %s', async (_, changes) => {
    const logins = devices();
    expect(await admit(logins, remember(logins), changes)).toBeNull();
    expect(store.device).toMatchObject({ generation: 1 });
  });

  it('looks at nothing while it is off, or without a token', async () => {
    const off = devices({ trustedDevices: 'off' });
    expect([off.isOn, await admit(off, remember(off))]).toEqual([false, null]);
    const first = { subject: SUBJECT, amr: ['pwd'] };
    const opened = devices().admit({ first, present: PRESENT, client: CLIENT }, async () => 'open');
    expect([await opened, store.looks]).toEqual([null, 0]);
  });

  it('asks for the second step where the device is gone, or has expired', async () => {
    const logins = devices();
    const token = remember(logins);
    clock.advance({ seconds: 15 * 86_400 });
    expect(await admit(logins, token)).toBeNull();
    store.device = null;
    expect(await admit(logins, token)).toBeNull();
  });

  it('asks for the second step where the present token cannot be made again', async () => {
    const logins = devices();
    const first = remember(logins);
    expect(store.device?.keyId).toBe('new');
    await admit(logins, first);
    if (store.device !== null) store.device = { ...store.device, keyId: 'lost' };
    expect(await admit(logins, first)).toBeNull();
  });

  it('gives up where the device changes under every try', async () => {
    const logins = devices();
    const first = { subject: SUBJECT, amr: ['pwd'], trustedDevice: remember(logins) };
    let tries = 0;
    const lost = logins.admit({ first, present: PRESENT, client: CLIENT }, async () => {
      tries += 1;
      return null;
    });
    expect([await lost, tries]).toEqual([null, 3]);
  });

  it('keeps the times of spent tokens for as long as the grace', async () => {
    const logins = devices();
    let token: string | null = remember(logins);
    for (const seconds of [0, 5, 19]) {
      clock.advance({ seconds });
      token = await admit(logins, token ?? '');
    }
    const now = clock.now();
    expect(store.device?.spentAt).toEqual([now, addSeconds(now, -19)]);
  });

  it('records a reused token once', async () => {
    const logins = devices();
    const token = remember(logins);
    await admit(logins, token);
    clock.advance({ seconds: 20 });
    expect(await admit(logins, token)).toBeNull();
    expect(store.device).toBeNull();
    expect(kept.events).toMatchObject([{ type: 'device_token_reused', subject: SUBJECT }]);
  });

  it('records no reused token of a device that another request has ended', async () => {
    const logins = devices();
    const token = remember(logins);
    await admit(logins, token);
    clock.advance({ seconds: 20 });
    store.endReused = async () => false;
    expect(await admit(logins, token)).toBeNull();
    expect(kept.events).toEqual([]);
  });
});
