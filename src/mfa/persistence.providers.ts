import { type Provider } from '@nestjs/common';
import { AttemptStore } from './core/ports/attempts.js';
import { ChangeStore } from './core/reversal/changes.js';
import { DiscoveryStore } from './core/ports/discoveries.js';
import { DeviceStore } from './core/ports/devices.js';
import { EnrolmentStore } from './core/methods/enrolments.js';
import { EventStore } from './core/ports/event-store.js';
import {
  AccountStore,
  BackupCodeStore,
  ChallengeStore,
  MethodStore,
  UnitOfWork,
} from './core/ports/stores.js';
import { SessionAttemptStore } from './core/ceremony/session-attempts.js';
import { SendBudgetStore } from './core/sending/send-budgets.js';
import { OutboxStore } from './core/events/outbox.js';
import { AccountLine } from './persistence/database/account-line.js';
import { AuditTrail } from './persistence/audit/audit-trail.js';
import { AuditVerification } from './persistence/audit/audit-verification.js';
import { HostDatabase } from './persistence/database/host-database.js';
import { KeyUsage } from './persistence/sealing/key-usage.js';
import { MfaRetention } from './persistence/retention/mfa-retention.js';
import { OutboxBacklog } from './persistence/stores/outbox-backlog.js';
import { PayloadCipher } from './persistence/sealing/payload-cipher.js';
import { Reencryption } from './persistence/sealing/reencryption.js';
import { SecurityLog } from './persistence/audit/security-log.js';
import { EventRows } from './persistence/stores/event-rows.js';
import { SealedRows } from './persistence/stores/rows.js';
import { SealedChanges } from './persistence/stores/sealed-changes.js';
import { SealedDeliveries } from './persistence/stores/sealed-deliveries.js';
import { Statements } from './persistence/database/statements.js';
import { TypeOrmAccountStore } from './persistence/stores/typeorm-account.store.js';
import { TypeOrmAttemptStore } from './persistence/stores/typeorm-attempt.store.js';
import { TypeOrmBackupCodeStore } from './persistence/stores/typeorm-backup-code.store.js';
import { TypeOrmChangeStore } from './persistence/stores/typeorm-change.store.js';
import { TypeOrmChallengeStore } from './persistence/stores/typeorm-challenge.store.js';
import { TypeOrmDeviceStore } from './persistence/stores/typeorm-device.store.js';
import { AccountReading } from './core/ports/account-reading.js';
import { TypeOrmAccountReading } from './persistence/stores/typeorm-account-reading.js';
import { TypeOrmDiscoveryStore } from './persistence/stores/typeorm-discovery.store.js';
import { TypeOrmEnrolmentStore } from './persistence/stores/typeorm-enrolment.store.js';
import { TypeOrmEventStore } from './persistence/stores/typeorm-event.store.js';
import { TypeOrmMethodStore } from './persistence/stores/typeorm-method.store.js';
import { TypeOrmOutboxStore } from './persistence/stores/typeorm-outbox.store.js';
import { TypeOrmSendBudgetStore } from './persistence/stores/typeorm-send-budget.store.js';
import { TypeOrmSessionAttemptStore } from './persistence/stores/typeorm-session-attempt.store.js';
import { TypeOrmUnitOfWork } from './persistence/stores/typeorm-unit-of-work.js';

/** The storage ports of the core, bound to PostgreSQL through TypeORM. */
export const PERSISTENCE_PROVIDERS: Provider[] = [
  AccountLine,
  AuditTrail,
  AuditVerification,
  EventRows,
  HostDatabase,
  MfaRetention,
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
  { provide: AccountReading, useClass: TypeOrmAccountReading },
  { provide: DiscoveryStore, useClass: TypeOrmDiscoveryStore },
  { provide: DeviceStore, useClass: TypeOrmDeviceStore },
  { provide: EnrolmentStore, useClass: TypeOrmEnrolmentStore },
  { provide: EventStore, useClass: TypeOrmEventStore },
  { provide: MethodStore, useClass: TypeOrmMethodStore },
  { provide: OutboxStore, useClass: TypeOrmOutboxStore },
  { provide: SendBudgetStore, useClass: TypeOrmSendBudgetStore },
  { provide: SessionAttemptStore, useClass: TypeOrmSessionAttemptStore },
  { provide: UnitOfWork, useClass: TypeOrmUnitOfWork },
];
