import { SystemRandomSource } from '../../contract/random.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { type DeviceStore } from '../ports/devices.js';
import { type HostPorts } from '../ports/host-ports.js';
import { type FactorChangeHook } from '../ports/ports.js';
import { type BackupCodeStore, type Transaction } from '../ports/stores.js';
import { ChangeLog } from './change-log.js';
import { type ChangeStore } from './changes.js';

describe('ChangeLog.made', () => {
  const subject = {
    id: 's1',
    displayName: 'ada',
    addresses: {},
    isEnabled: true,
    credentialsVersion: '1',
  };
  const client = { ip: null, userAgent: null };
  const actor = { sessionId: 'session', client };
  const at = new FakeClock().now();
  // Nothing of a transaction is used but its identity.
  const transaction = {} as Transaction;

  /** A log for a host with this hook. It stores nothing. */
  function logOf(factorChanges: Pick<FactorChangeHook, 'afterFactorChange'> | null): ChangeLog {
    // Only the hook of the host is asked.
    const host = { factorChanges } as HostPorts;
    const stores = [{} as ChangeStore, {} as BackupCodeStore, {} as DeviceStore] as const;
    return new ChangeLog(...stores, host, new SystemRandomSource());
  }

  const made = (log: ChangeLog) => {
    const occasion = log.occasion({ actor, subject, factor: 'app' }, at);
    return log.made('method_deleted', occasion, transaction);
  };

  it('tells the host of the change, in its transaction', async () => {
    const told: unknown[] = [];
    await made(
      logOf({
        afterFactorChange: async (...given) => {
          told.push(given);
        },
      }),
    );
    const change = { type: 'method_deleted', subject, sessionId: 'session', client, at };
    expect(told).toEqual([[change, transaction]]);
  });

  it('passes on what the host rejects it with', async () => {
    const refusal = new Error('the last way in');
    const log = logOf({ afterFactorChange: () => Promise.reject(refusal) });
    await expect(made(log)).rejects.toBe(refusal);
  });

  it('needs no hook, and no second part of one', async () => {
    await expect(made(logOf(null))).resolves.toBeUndefined();
    await expect(made(logOf({}))).resolves.toBeUndefined();
  });
});
