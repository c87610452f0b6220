import { jest } from '@jest/globals';
import { EnrolmentStore } from '../../src/mfa/core/methods/enrolments.js';
import { UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { AuditTrail } from '../../src/mfa/index.js';
import { type TestServer } from './server.js';

/**
 * Runs `happen` between the guards of the next change and its transaction, whichever way the change
 * begins.
 */
export function beforeNextChange(server: TestServer, happen: () => Promise<unknown>): void {
  const units: UnitOfWork = server.app.get(UnitOfWork, { strict: false });
  const enrolments: EnrolmentStore = server.app.get(EnrolmentStore, { strict: false });
  const audit = server.app.get(AuditTrail, { strict: false });
  const originals = {
    run: units.runForAccount.bind(units),
    store: enrolments.store.bind(enrolments),
    change: audit.change.bind(audit),
  };
  const once = async () => {
    jest.restoreAllMocks();
    await happen();
  };
  jest.spyOn(units, 'runForAccount').mockImplementation(async (subjectId, work) => {
    await once();
    return originals.run(subjectId, work);
  });
  jest.spyOn(enrolments, 'store').mockImplementation(async (...args) => {
    await once();
    return originals.store(...args);
  });
  jest.spyOn(audit, 'change').mockImplementation(async (work) => {
    await once();
    return originals.change(work);
  });
}
