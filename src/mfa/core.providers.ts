import { type Provider } from '@nestjs/common';
import { MfaAccounts } from './core/methods/accounts.js';
import { SubjectResolver } from './core/access/actor.js';
import { AttemptSpending } from './core/ceremony/attempt-spending.js';
import { BackupCodeIssuer } from './core/methods/backup-code-issuer.js';
import { BackupCodeService } from './core/methods/backup-code.service.js';
import { BackupCodes } from './core/ceremony/backup-codes.js';
import { Ceremony } from './core/ceremony/ceremony.js';
import { ChallengeService } from './core/ceremony/challenge.service.js';
import { ChangeLog } from './core/reversal/change-log.js';
import { ChangeUndoing } from './core/reversal/change-undoing.js';
import { DeviceLogins } from './core/devices/device-logins.js';
import { DeviceService } from './core/devices/device.service.js';
import { DeviceTokens } from './core/devices/device-tokens.js';
import { Disposal } from './core/reversal/disposal.js';
import { CodeSender } from './core/sending/code-sender.js';
import { EnrolmentWriter } from './core/methods/enrolment-writer.js';
import { EnrolmentService } from './core/methods/enrolment.service.js';
import { EphemeralTokens } from './core/keys/ephemeral-token.js';
import { EventSubscribers } from './core/events/event-subscribers.js';
import { EventRecorder } from './core/events/event-recorder.js';
import { FreshProof } from './core/access/fresh-proof.js';
import { HandlerRegistry } from './core/ceremony/handler-registry.js';
import { KeyRing } from './core/keys/key-ring.js';
import { LoginChallenges } from './core/login/login-challenges.js';
import { LoginService } from './core/login/login.service.js';
import { MethodAskingService } from './core/methods/method-asking.service.js';
import { MethodCeremony } from './core/ceremony/method-ceremony.js';
import { MethodRestoring } from './core/reversal/method-restoring.js';
import { MethodChanges } from './core/methods/method-changes.js';
import { MethodRemoval } from './core/methods/method-removal.js';
import { MethodService } from './core/methods/method.service.js';
import { PasskeyCommit } from './core/login/passkey-commit.js';
import { PasskeyLogin } from './core/login/passkey-login.js';
import { PasskeyTokens } from './core/keys/passkey-token.js';
import { PresentAccounts } from './core/access/present-accounts.js';
import { OwnMethods } from './core/methods/own-methods.js';
import { ChangeReversal } from './core/reversal/change-reversal.js';
import { RememberedLogins } from './core/login/remembered-logins.js';
import { SendCooldowns } from './core/ceremony/send-cooldowns.js';
import { SendRefusals } from './core/sending/send-refusals.js';
import { SessionAttempts } from './core/ceremony/session-attempts.js';
import { StepUpService } from './core/login/step-up.service.js';
import { OutboxWorker } from './core/events/outbox-worker.js';
import { UnjudgedAttempts } from './core/ceremony/unjudged-attempts.js';
import { WrongProofs } from './core/ceremony/wrong-proofs.js';

/** All providers of the core. */
export const CORE_PROVIDERS: Provider[] = [
  MfaAccounts,
  SubjectResolver,
  AttemptSpending,
  BackupCodeIssuer,
  BackupCodeService,
  BackupCodes,
  Ceremony,
  ChallengeService,
  ChangeLog,
  ChangeUndoing,
  MethodRestoring,
  DeviceLogins,
  DeviceService,
  DeviceTokens,
  Disposal,
  CodeSender,
  EnrolmentWriter,
  EnrolmentService,
  EphemeralTokens,
  EventSubscribers,
  EventRecorder,
  FreshProof,
  HandlerRegistry,
  KeyRing,
  LoginChallenges,
  LoginService,
  MethodAskingService,
  MethodCeremony,
  MethodChanges,
  MethodRemoval,
  MethodService,
  OwnMethods,
  PasskeyCommit,
  PasskeyLogin,
  PasskeyTokens,
  PresentAccounts,
  ChangeReversal,
  RememberedLogins,
  SendCooldowns,
  SendRefusals,
  SessionAttempts,
  StepUpService,
  OutboxWorker,
  UnjudgedAttempts,
  WrongProofs,
];
