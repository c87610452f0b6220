export { MfaAccounts } from './core/methods/accounts.js';
export {
  ACR,
  type Acr,
  acrOf,
  readProofs,
  type SessionProof,
  type Standing,
  storedProofs,
} from './core/ports/assurance.js';
export { FreshProof } from './core/access/fresh-proof.js';
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
} from './core/ports/attempts.js';
export { type Authenticator } from './core/ports/authenticators.js';
export { MfaError, PROBLEMS, type ProblemCode, type ProblemExtras } from './contract/errors.js';
export {
  DeliveryPostponed,
  EVENT_CONSUMERS,
  DeliveryRefused,
  EventConsumer,
  type EventDelivery,
  type RecordedEvent,
} from './core/ports/event-consumer.js';
export {
  type ChangeSubject,
  ChangeStore,
  type FormerBackupCode,
  type FormerMethod,
  type LoggedChange,
  type NewChange,
} from './core/reversal/changes.js';
export {
  type EventDetail,
  MFA_EVENT_TYPES,
  type MfaEvent,
  type MfaEventType,
} from './core/ports/events.js';
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
} from './contract/handler.js';
export {
  EventEmitterListener,
  type MfaEventName,
  mfaEventName,
} from './core/events/event-emitter-listener.js';
export { type Claim, type ClaimedDelivery, OutboxStore } from './core/events/outbox.js';
export { UnjudgedAttempts } from './core/ceremony/unjudged-attempts.js';
export { GIVE_UP_SECONDS } from './core/events/consumer-queue.js';
export { OutboxWorker } from './core/events/outbox-worker.js';
export { HandlerRegistry, MFA_HANDLERS } from './core/ceremony/handler-registry.js';
export { KeyManagement } from './core/keys/key-management.js';
export { type DerivedKey, KeyRing, type KeyUse } from './core/keys/key-ring.js';
export { LocalKeyManagement } from './core/keys/local-key-management.js';
export { type LoginOutcome, LoginService, type MfaPending } from './core/login/login.service.js';
export {
  type ClientInfo,
  type FirstFactorPassed,
  type MfaPassed,
} from './core/ports/mfa-passed.js';
export { type RowInsert, type RowUpdate } from './core/ports/host-rows.js';
export { type HeaderLine, type IssuedResponse } from './core/login/issued-response.js';
export { type IssuedCookie, type IssuedTokens } from './core/ports/issued-tokens.js';
export {
  type FactorChange,
  FactorChangeHook,
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
} from './core/ports/ports.js';
export { type Enrolment, EnrolmentStore } from './core/methods/enrolments.js';
export { EventStore } from './core/ports/event-store.js';
export { type ChallengePurpose } from './core/ports/challenge-purpose.js';
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
} from './core/ports/stores.js';
export {
  type BudgetedRequest,
  RequestBudget,
  type RequestKind,
} from './core/ports/request-budget.js';
export {
  type SendAllowance,
  SendBudgetStore,
  type SendVerdict,
  type TakenSend,
} from './core/sending/send-budgets.js';
export { networkAllowancesOf } from './core/sending/send-policy.js';
export { SessionAttempts, type SessionGuess } from './core/ceremony/session-attempts.js';
export {
  type Opening,
  type ReversedChange,
  type SessionsProvenBy,
} from './core/reversal/culprits.js';
export {
  ChangeReversal,
  type ReversalContext,
  type Undoing,
  type UndoneChange,
} from './core/reversal/change-reversal.js';
export { unwrapSecretKeys, type WrappedSecretKey } from './core/keys/unwrap-secret-keys.js';
export { type Actor, type Principal } from './core/access/actor.js';
export { BodyPipe } from './http/requests/body.pipe.js';
export {
  ApiProblems,
  BODY_PROBLEMS,
  FRESH_PROOF_PROBLEMS,
} from './http/problems/api-problems.decorator.js';
export { AuthRoutes } from './http/decorators/auth-routes.decorator.js';
export {
  BEARER_SCHEME,
  RequireFreshProof,
  RequireMfa,
  type RequireMfaOptions,
  RequireSignIn,
  SignedIn,
} from './http/decorators/signed-in.decorators.js';
export { jsonSchemaOf } from './http/schemas/json-schema.js';
export { openApiSchemaOf } from './http/schemas/open-api-schema.js';
export { problemOf } from './http/problems/problem-of.js';
export { problemResponse } from './http/problems/problem-response.js';
export { clientOf } from './http/requests/client-info.js';
export { AccessTokenReader } from './http/guards/access-token-reader.js';
export { type HttpRequest } from './http/requests/http-request.js';
export { IssuedResponses } from './http/controllers/issued-responses.js';
export {
  completeMfaDocument,
  completeOperations,
  mfaModels,
  type TokenModels,
} from './http/openapi/openapi.js';
export { ProblemFilter } from './http/problems/problem.filter.js';
export { EndsSessions } from './http/guards/signed-in.guard.js';
export { RequestWatch } from './http/requests/request-watch.js';
export { type MfaRouteOptions } from './placed-controllers.js';
export { type HandlerProvider, MfaModule, type MfaModuleAsyncOptions } from './mfa.module.js';
export {
  type MfaModuleOptions,
  MfaOptions,
  resolveMfaOptions,
} from './core/options/mfa.options.js';
export { MFA_OPTIONS } from './core/options/mfa-options.table.js';
export { type MfaOption, type MfaOptionValues } from './core/options/mfa-option.js';
export { type SecretKey } from './core/options/secret-key.js';
export { type OptionForm, type OptionFormValues } from './contract/option-form.js';
export { BoundedText } from './contract/bounded-text.js';
export { addSeconds, Clock, SystemClock } from './contract/clock.js';
export { CodeProof } from './contract/code-proof.js';
export { constantTimeEqual } from './kit/constant-time-equal.js';
export { IsPlainEmailAddress, normalizeEmailAddress } from './kit/email-address.js';
export { deleteInBatches, type DeletionBounds } from './persistence/database/delete-in-batches.js';
export { HandlerDefaults } from './kit/handler-defaults.js';
export { maskEmail, maskPhone } from './kit/mask.js';
export {
  addressIn,
  clientNetworkOf,
  networkOf,
  SHARES_OF_SITE,
  siteOf,
  widestNetworkOf,
} from './core/ports/network-of.js';
export { normalizeCode } from './contract/normalize-code.js';
export { normalizeText, type TextBounds } from './contract/normalize-text.js';
export { isOutage } from './http/problems/outage.js';
export { normalizePhoneNumber } from './kit/phone-number.js';
export { RandomSource, SystemRandomSource } from './contract/random.js';
export { readFields } from './contract/read-fields.js';
export { reasonOf } from './contract/reason-of.js';
export { rejectAfter } from './core/events/reject-after.js';
export { type Asker, SlowWork, type SlowWorkLimits } from './core/slow-work/slow-work.js';
export { type SentCode, SentCodeHandler, type SentCodeProfile } from './kit/sent-code.handler.js';
export { type SentCodeData, type SentCodeState } from './kit/sent-code.state.js';
export { Trimmed } from './kit/trimmed.js';
export { type AuditedChange, AuditTrail } from './persistence/audit/audit-trail.js';
export {
  type AuditProgress,
  AuditVerification,
  type VerificationRequest,
} from './persistence/audit/audit-verification.js';
export { refuseOtherMeanings } from './persistence/database/database-check.js';
export { DatabaseClock } from './persistence/database/database-clock.js';
export { type AuditFault } from './persistence/audit/event-chain-walk.js';
export { MFA_ENTITIES } from './persistence/entities/mfa-entities.js';
export { type KeyNeed, KeyUsage } from './persistence/sealing/key-usage.js';
export {
  type CleanedRows,
  type RetentionScope,
  MfaRetention,
} from './persistence/retention/mfa-retention.js';
export { type Backlog, OutboxBacklog } from './persistence/stores/outbox-backlog.js';
export { entityManagerOf, transactionOf } from './persistence/database/statements.js';
export { MFA_MIGRATIONS } from './persistence/migrations/mfa-migrations.js';
export {
  type LoggedEvent,
  SecurityLog,
  type SecurityLogPage,
  type SecurityLogRequest,
} from './persistence/audit/security-log.js';
export { Reencryption, type ReencryptionProgress } from './persistence/sealing/reencryption.js';
