import { type RequestKind } from '../../mfa/index.js';
import { FakeClock } from '../../mfa/testing/index.js';
import { MemoryStorage } from './memory-storage.js';
import { SPARE_REQUESTS, SubjectBudget } from './subject-budget.js';

const MOST = 5;

const requestBudgets = {
  sessionReads: 100,
  sessionWrites: 100,
  subjectReads: MOST,
  subjectWrites: MOST,
};

/** How many sequential requests of one kind pass from each of these addresses. */
async function passed(kind: RequestKind, addresses: readonly (string | null)[]): Promise<number[]> {
  const budget = new SubjectBudget(new MemoryStorage(new FakeClock()), { requestBudgets });
  const counts: number[] = [];
  for (const ip of addresses) {
    let count = 0;
    const request = { kind, subjectId: 'u1', credentialId: null, ip };
    for (let i = 0; i < 50; i++) count += await budget.spend(request).then(one, () => 0);
    counts.push(count);
  }
  return counts;
}

const one = () => 1;

describe('SubjectBudget', () => {
  it.each(['login', 'login_step', 'step_up_step', 'renewal', 'ending'] as const)(
    'keeps a few %s for each network that comes when all are used up',
    async (kind) => {
      const counts = await passed(kind, ['192.0.2.1', '192.0.2.2', '192.0.2.1', null, null]);
      expect(counts).toEqual([MOST + SPARE_REQUESTS, SPARE_REQUESTS, 0, SPARE_REQUESTS, 0]);
    },
  );

  it('takes a /48 of IPv6 for one network', async () => {
    const counts = await passed('login', ['2001:db8::1', '2001:db8:0:ff00::1', '2001:db8:1::1']);
    expect(counts).toEqual([MOST + SPARE_REQUESTS, 0, SPARE_REQUESTS]);
  });

  it.each(['read', 'write'] as const)('bounds a %s whatever the address', async (kind) => {
    expect(await passed(kind, ['192.0.2.1', '192.0.2.2'])).toEqual([MOST, 0]);
  });
});
