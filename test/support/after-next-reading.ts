import { jest } from '@jest/globals';
import { MethodStore } from '../../src/mfa/core/ports/stores.js';
import { type MfaHarness } from './mfa-harness.js';

/** Runs `happen` right after the next read of a subject's methods. */
export function afterNextReading(mfa: MfaHarness, happen: () => Promise<unknown>): void {
  const store: MethodStore = mfa.parts.get(MethodStore);
  const read = store.read.bind(store);
  jest.spyOn(store, 'read').mockImplementationOnce(async (...args) => {
    const snapshot = await read(...args);
    await happen();
    return snapshot;
  });
}
