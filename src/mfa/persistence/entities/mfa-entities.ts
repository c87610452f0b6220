import { MfaAccountEntity } from './mfa-account.entity.js';
import { MfaBackupCodeEntity } from './mfa-backup-code.entity.js';
import { MfaChallengeEntity } from './mfa-challenge.entity.js';
import { MfaChangeEntity } from './mfa-change.entity.js';
import { MfaSpentNonceEntity, MfaSubjectHandleEntity } from './mfa-discovery.entities.js';
import { MfaDeviceEntity } from './mfa-device.entity.js';
import { MfaEventHeadEntity } from './mfa-event-head.entity.js';
import { MfaEventEntity } from './mfa-event.entity.js';
import { MfaMethodEntity } from './mfa-method.entity.js';
import { MfaOutboxEntity } from './mfa-outbox.entity.js';
import { MfaSendBudgetEntity } from './mfa-send-budget.entity.js';
import { MfaSessionAttemptsEntity } from './mfa-session-attempts.entity.js';

/** The entities of the library, for a host's data source. */
export const MFA_ENTITIES = [
  MfaAccountEntity,
  MfaMethodEntity,
  MfaChallengeEntity,
  MfaBackupCodeEntity,
  MfaChangeEntity,
  MfaEventEntity,
  MfaEventHeadEntity,
  MfaOutboxEntity,
  MfaSendBudgetEntity,
  MfaSessionAttemptsEntity,
  MfaSubjectHandleEntity,
  MfaSpentNonceEntity,
  MfaDeviceEntity,
];
