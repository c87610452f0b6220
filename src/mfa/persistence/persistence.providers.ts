import { type Provider } from '@nestjs/common';
import { AttemptStore } from '../core/attempts.js';
import { ChangeStore } from '../core/changes.js';
import { EnrolmentStore } from '../core/enrolments.js';
import { PasswordAttemptStore } from '../core/password-attempts.js';
import { EventStore } from '../core/event-store.js';
import {
  AccountStore,
  BackupCodeStore,
  ChallengeStore,
  MethodStore,
  UnitOfWork,
} from '../core/stores.js';
import { SessionAttemptStore } from '../core/session-attempts.js';
import { SendBudgetStore } from '../core/send-budgets.js';
import { OutboxStore } from '../core/outbox.js';
import { AccountLine } from './account-line.js';
import { AuditTrail } from './audit-trail.js';
import { AuditVerification } from './audit-verification.js';
import { HostDatabase } from './host-database.js';
import { KeyUsage } from './key-usage.js';
import { MfaCleanUp } from './mfa-clean-up.js';
import { OutboxBacklog } from './outbox-backlog.js';
import { PayloadCipher } from './payload-cipher.js';
import { Reencryption } from './reencryption.js';
import { SecurityLog } from './security-log.js';
import { EventRows } from './stores/event-rows.js';
import { SealedRows } from './stores/rows.js';
import { SealedChanges } from './stores/sealed-changes.js';
import { SealedDeliveries } from './stores/sealed-deliveries.js';
import { Statements } from './stores/statements.js';
import { TypeOrmAccountStore } from './stores/typeorm-account.store.js';
import { TypeOrmAttemptStore } from './stores/typeorm-attempt.store.js';
import { TypeOrmBackupCodeStore } from './stores/typeorm-backup-code.store.js';
import { TypeOrmChangeStore } from './stores/typeorm-change.store.js';
import { TypeOrmChallengeStore } from './stores/typeorm-challenge.store.js';
import { TypeOrmEnrolmentStore } from './stores/typeorm-enrolment.store.js';
import { TypeOrmEventStore } from './stores/typeorm-event.store.js';
import { TypeOrmMethodStore } from './stores/typeorm-method.store.js';
import { TypeOrmOutboxStore } from './stores/typeorm-outbox.store.js';
import { TypeOrmPasswordAttemptStore } from './stores/typeorm-password-attempt.store.js';
import { TypeOrmSendBudgetStore } from './stores/typeorm-send-budget.store.js';
import { TypeOrmSessionAttemptStore } from './stores/typeorm-session-attempt.store.js';
import { TypeOrmUnitOfWork } from './stores/typeorm-unit-of-work.js';

/** The core's storage ports, bound to PostgreSQL through TypeORM. */
export const PERSISTENCE_PROVIDERS: Provider[] = [
  AccountLine,
  AuditTrail,
  AuditVerification,
  EventRows,
  HostDatabase,
  MfaCleanUp,
  KeyUsage,
  OutboxBacklog,
  PayloadCipher,
  Reencryption,
  SealedChanges,
  SealedDeliveries,
  SealedRows,
  SecurityLog,
  Statements,
  { provide: AccountStore, useClass: TypeOrmAccountStore },
  { provide: AttemptStore, useClass: TypeOrmAttemptStore },
  { provide: BackupCodeStore, useClass: TypeOrmBackupCodeStore },
  { provide: ChallengeStore, useClass: TypeOrmChallengeStore },
  { provide: ChangeStore, useClass: TypeOrmChangeStore },
  { provide: EnrolmentStore, useClass: TypeOrmEnrolmentStore },
  { provide: EventStore, useClass: TypeOrmEventStore },
  { provide: MethodStore, useClass: TypeOrmMethodStore },
  { provide: OutboxStore, useClass: TypeOrmOutboxStore },
  { provide: PasswordAttemptStore, useClass: TypeOrmPasswordAttemptStore },
  { provide: SendBudgetStore, useClass: TypeOrmSendBudgetStore },
  { provide: SessionAttemptStore, useClass: TypeOrmSessionAttemptStore },
  { provide: UnitOfWork, useClass: TypeOrmUnitOfWork },
];
