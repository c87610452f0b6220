import { AsyncLocalStorage } from 'node:async_hooks';
import { type DataSource } from 'typeorm';
import { SlowWork } from '../../src/mfa/core/slow-work/slow-work.js';

/** Set within every transaction. */
const inTransaction = new AsyncLocalStorage<true>();

for (const name of ['run', 'runBehind'] as const) {
  const original: (...args: never[]) => Promise<unknown> = SlowWork.prototype[name];
  Object.assign(SlowWork.prototype, {
    [name](this: SlowWork, ...args: never[]): Promise<unknown> {
      if (inTransaction.getStore() !== undefined) {
        throw new Error('Slow work was begun in a transaction: others wait for the line with it.');
      }
      return original.apply(this, args);
    },
  });
}

/** From now on, slow work that begins within a transaction of this database throws. */
export function refuseSlowWorkInTransactions({ manager }: DataSource): void {
  const begin: (...args: never[]) => Promise<unknown> = manager.transaction.bind(manager);
  Object.assign(manager, {
    transaction: (...args: never[]) => inTransaction.run(true, () => begin(...args)),
  });
}
