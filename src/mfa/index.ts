export { MfaAccounts } from './core/accounts.js';
export {
  ACR,
  type Acr,
  acrOf,
  readProofs,
  type SessionProof,
  type Standing,
  storedProofs,
} from './core/assurance.js';
export { FreshProof } from './core/fresh-proof.js';
export {
  type AttemptBudgets,
  type AttemptRequest,
  AttemptStore,
  type Counted,
  type FoundBackupCode,
  type LockEnds,
  type Refusal,
  type SessionLockEnds,
  type SessionLocks,
  type Settlement,
  type SpentAttempt,
} from './core/attempts.js';
export { type Authenticator } from './core/authenticators.js';
export { MfaError, PROBLEMS, type ProblemCode, type ProblemExtras } from './core/errors.js';
export {
  DeliveryPostponed,
  EVENT_CONSUMERS,
  DeliveryRefused,
  EventConsumer,
  type EventDelivery,
  type RecordedEvent,
} from './core/event-consumer.js';
export {
  type ChangeSubject,
  ChangeStore,
  type FormerBackupCode,
  type FormerMethod,
  type LoggedChange,
  type NewChange,
} from './core/changes.js';
export {
  type EventDetail,
  MFA_EVENT_TYPES,
  type MfaEvent,
  type MfaEventType,
} from './core/events.js';
export {
  type ChallengeInput,
  type ChallengeOutcome,
  type Delivery,
  type Json,
  type JsonObject,
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type Subject,
  type VerifyInput,
  type VerifyOutcome,
} from './core/handler.js';
export {
  EventEmitterListener,
  type MfaEventName,
  mfaEventName,
} from './core/event-emitter-listener.js';
export { type Claim, type ClaimedDelivery, OutboxStore } from './core/outbox.js';
export { UnjudgedAttempts } from './core/unjudged-attempts.js';
export { GIVE_UP_SECONDS } from './core/outbox-lane.js';
export { OutboxWorker } from './core/outbox-worker.js';
export { HandlerRegistry, MFA_HANDLERS } from './core/handler-registry.js';
export { KeyManagement } from './core/key-management.js';
export { type DerivedKey, KeyRing, type KeyUse } from './core/key-ring.js';
export { LocalKeyManagement } from './core/local-key-management.js';
export { type LoginOutcome, LoginService, type MfaPending } from './core/login.service.js';
export { type ClientInfo, type FirstFactorPassed, type MfaPassed } from './core/mfa-passed.js';
export { type RowInsert, type RowUpdate } from './core/host-rows.js';
export { type HeaderLine, type IssuedAnswer } from './core/issued-answer.js';
export { type IssuedCookie, type IssuedTokens } from './core/issued-tokens.js';
export {
  type LiveSession,
  MfaEventListener,
  PasswordProof,
  type SendRefusal,
  SendWatch,
  SessionCloser,
  SessionDirectory,
  type SessionKey,
  SubjectDirectory,
  TokenIssuer,
} from './core/ports.js';
export { type Enrolment, EnrolmentStore } from './core/enrolments.js';
export { EventStore } from './core/event-store.js';
export { type ChallengePurpose } from './core/challenge-purpose.js';
export {
  AccountStore,
  type Activation,
  type BackupCodeCount,
  BackupCodeStore,
  type ChallengeChange,
  type ChallengeKey,
  type ChallengeRecord,
  ChallengeStore,
  type EnrolledMethod,
  type MethodKey,
  type MethodRecord,
  type MethodSnapshot,
  MethodStore,
  type NewChallenge,
  type StoredBackupCode,
  type StoredBackupCodes,
  type Transaction,
  UnitOfWork,
  type WhenOpen,
} from './core/stores.js';
export { type BudgetedRequest, RequestBudget, type RequestKind } from './core/request-budget.js';
export {
  type SendAllowance,
  SendBudgetStore,
  type SendVerdict,
  type TakenSend,
} from './core/send-budgets.js';
export { networkAllowancesOf } from './core/send-policy.js';
export { SessionAttempts, type SessionGuess } from './core/session-attempts.js';
export { type Opening, type RepudiatedChange, type SessionsProvenBy } from './core/culprits.js';
export {
  Repudiation,
  type RepudiationContext,
  type Undoing,
  type UndoneChange,
} from './core/repudiation.js';
export { unwrapSecretKeys, type WrappedSecretKey } from './core/unwrap-secret-keys.js';
export { type Actor, type Principal } from './core/actor.js';
export { BodyPipe } from './http/body.pipe.js';
export {
  ApiProblems,
  BODY_PROBLEMS,
  FRESH_PROOF_PROBLEMS,
} from './http/decorators/api-problems.decorator.js';
export { AuthRoutes } from './http/decorators/auth-routes.decorator.js';
export { RequireFreshProof } from './http/decorators/require-fresh-proof.decorator.js';
export { RequireMfa, type RequireMfaOptions } from './http/decorators/require-mfa.decorator.js';
export { BEARER_SCHEME, SignedInRoutes } from './http/decorators/signed-in-routes.decorator.js';
export { SignedIn } from './http/decorators/signed-in.decorator.js';
export { jsonSchemaOf } from './http/json-schema.js';
export { openApiSchemaOf } from './http/open-api-schema.js';
export { problemOf } from './http/problem-of.js';
export { problemResponse } from './http/problem-response.js';
export { clientOf } from './http/client-info.js';
export { AccessGuard } from './http/guards/access.guard.js';
export { type HttpRequest } from './http/http-request.js';
export { IssuedAnswers } from './http/issued-answers.js';
export {
  completeMfaDocument,
  completeOperations,
  mfaModels,
  type TokenModels,
} from './http/openapi.js';
export { ProblemFilter } from './http/problem.filter.js';
export { EndsSessions } from './http/guards/signed-in.guard.js';
export { RequestWatch } from './http/request-watch.js';
export { type MfaRouteOptions } from './http/placed-controllers.js';
export { type HandlerProvider, MfaModule, type MfaModuleAsyncOptions } from './mfa.module.js';
export { type MfaModuleOptions, MfaOptions, resolveMfaOptions } from './mfa.options.js';
export { type SecretKey } from './kit/secret-key.js';
export { BoundedText } from './kit/bounded-text.js';
export { addSeconds, Clock, SystemClock } from './kit/clock.js';
export { CodeProof } from './kit/code-proof.js';
export { constantTimeEqual } from './kit/constant-time-equal.js';
export { IsPlainEmailAddress, normalizeEmailAddress } from './kit/email-address.js';
export { deleteInBatches, type DeletionBounds } from './kit/delete-in-batches.js';
export { HandlerDefaults } from './kit/handler-defaults.js';
export { maskEmail, maskPhone } from './kit/mask.js';
export { addressIn, clientNetworkOf, networkOf, SHARES_OF_SITE, siteOf } from './kit/network-of.js';
export { normalizeCode } from './kit/normalize-code.js';
export { normalizeText, type TextBounds } from './kit/normalize-text.js';
export { isOutage } from './kit/outage.js';
export { normalizePhoneNumber } from './kit/phone-number.js';
export { RandomSource, SystemRandomSource } from './kit/random.js';
export { readFields } from './kit/read-fields.js';
export { reasonOf } from './kit/reason-of.js';
export { rejectAfter } from './kit/reject-after.js';
export { type Asker, SlowWork, type SlowWorkLimits } from './kit/slow-work.js';
export { type SentCode, SentCodeHandler, type SentCodeProfile } from './kit/sent-code.handler.js';
export { type SentCodeData, type SentCodeState } from './kit/sent-code.state.js';
export { Trimmed } from './kit/trimmed.js';
export { type AuditedChange, AuditTrail } from './persistence/audit-trail.js';
export {
  type AuditProgress,
  AuditVerification,
  type VerificationRequest,
} from './persistence/audit-verification.js';
export { refuseOtherMeanings } from './persistence/database-check.js';
export { DatabaseClock } from './persistence/database-clock.js';
export { type AuditFault } from './persistence/event-chain-walk.js';
export { MFA_ENTITIES } from './persistence/entities/mfa-entities.js';
export { type KeyNeed, KeyUsage } from './persistence/key-usage.js';
export { type CleanedRows, type CleanUpScope, MfaCleanUp } from './persistence/mfa-clean-up.js';
export { type Backlog, OutboxBacklog } from './persistence/outbox-backlog.js';
export { entityManagerOf, transactionOf } from './persistence/stores/statements.js';
export { MFA_MIGRATIONS } from './persistence/migrations/mfa-migrations.js';
export {
  type LoggedEvent,
  SecurityLog,
  type SecurityLogPage,
  type SecurityLogRequest,
} from './persistence/security-log.js';
export { Reencryption, type ReencryptionProgress } from './persistence/reencryption.js';
