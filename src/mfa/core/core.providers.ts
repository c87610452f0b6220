import { type Provider } from '@nestjs/common';
import { MfaAccounts } from './accounts.js';
import { ActorSubjects } from './actor.js';
import { AttemptSpending } from './attempt-spending.js';
import { AuthenticatorService } from './authenticator.service.js';
import { BackupCodeIssuer } from './backup-code-issuer.js';
import { BackupCodeService } from './backup-code.service.js';
import { BackupCodes } from './backup-codes.js';
import { Ceremony } from './ceremony.js';
import { Challenger } from './challenger.js';
import { ChangeLog } from './change-log.js';
import { ChangeUndoing } from './change-undoing.js';
import { Disposal } from './disposal.js';
import { Dispatcher } from './dispatcher.js';
import { EnrolmentWriter } from './enrolment-writer.js';
import { EnrolmentService } from './enrolment.service.js';
import { EphemeralTokens } from './ephemeral-token.js';
import { EventAudience } from './event-audience.js';
import { EventTeller } from './event-teller.js';
import { FreshProof } from './fresh-proof.js';
import { HandlerRegistry } from './handler-registry.js';
import { KeyRing } from './key-ring.js';
import { LoginService } from './login.service.js';
import { MethodAskingService } from './method-asking.service.js';
import { MethodCeremony } from './method-ceremony.js';
import { MethodRestoring } from './method-restoring.js';
import { MethodChanges } from './method-changes.js';
import { MethodService } from './method.service.js';
import { PasswordCeremony } from './password-ceremony.js';
import { Repudiation } from './repudiation.js';
import { SendCooldowns } from './send-cooldowns.js';
import { SendRefusals } from './send-refusals.js';
import { SessionAttempts } from './session-attempts.js';
import { StepUpService } from './step-up.service.js';
import { OutboxWorker } from './outbox-worker.js';
import { UnjudgedAttempts } from './unjudged-attempts.js';
import { WrongProofs } from './wrong-proofs.js';

/** Every provider of the core. */
export const CORE_PROVIDERS: Provider[] = [
  MfaAccounts,
  ActorSubjects,
  AttemptSpending,
  AuthenticatorService,
  BackupCodeIssuer,
  BackupCodeService,
  BackupCodes,
  Ceremony,
  Challenger,
  ChangeLog,
  ChangeUndoing,
  MethodRestoring,
  Disposal,
  Dispatcher,
  EnrolmentWriter,
  EnrolmentService,
  EphemeralTokens,
  EventAudience,
  EventTeller,
  FreshProof,
  HandlerRegistry,
  KeyRing,
  LoginService,
  MethodAskingService,
  MethodCeremony,
  MethodChanges,
  MethodService,
  PasswordCeremony,
  Repudiation,
  SendCooldowns,
  SendRefusals,
  SessionAttempts,
  StepUpService,
  OutboxWorker,
  UnjudgedAttempts,
  WrongProofs,
];
