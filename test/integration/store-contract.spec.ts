import { AttemptStore } from '../../src/mfa/core/ports/attempts.js';
import { EnrolmentStore } from '../../src/mfa/core/methods/enrolments.js';
import { EventStore } from '../../src/mfa/core/ports/event-store.js';
import {
  AccountStore,
  BackupCodeStore,
  ChallengeStore,
  MethodStore,
  UnitOfWork,
} from '../../src/mfa/core/ports/stores.js';
import { SendBudgetStore } from '../../src/mfa/core/sending/send-budgets.js';
import { describeStoreContract } from '../../src/mfa/testing/index.js';
import { startMfa } from '../support/mfa-harness.js';

describeStoreContract('The stores on PostgreSQL', async () => {
  const mfa = await startMfa();
  const { get, dataSource } = mfa.parts;
  return {
    unitOfWork: get(UnitOfWork),
    methods: get(MethodStore),
    challenges: get(ChallengeStore),
    attempts: get(AttemptStore),
    backupCodes: get(BackupCodeStore),
    sendBudgets: get(SendBudgetStore),
    events: get(EventStore),
    accounts: get(AccountStore),
    enrolments: get(EnrolmentStore),
    eventTypesOf: async (subjectId) => {
      const rows = await dataSource.query<{ type: string }[]>(
        'SELECT type FROM mfa_events WHERE user_id = $1 ORDER BY seq',
        [subjectId],
      );
      return rows.map(({ type }) => type);
    },
    rowFor: (key) => ({ table: 'host_sessions', values: { id: key, user_id: 'anybody' } }),
    hasRow: async (key) => (await mfa.count('host_sessions', `id = '${key}'`)) === 1,
    close: () => mfa.stop(),
  };
});
