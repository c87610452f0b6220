// ## Module and options
// A host's root module names these.
export { MfaModule, type HandlerProvider, type MfaModuleAsyncOptions } from './mfa.module.js';
export {
  type MfaModuleOptions,
  MfaOptions,
  resolveMfaOptions,
} from './core/options/mfa.options.js';
export { type MfaRouteOptions } from './placed-controllers.js';
export { MFA_OPTIONS } from './core/options/mfa-options.table.js';
export { type MfaOption, type MfaOptionValues } from './core/options/mfa-option.js';
export { type OptionForm, type OptionFormValues } from './contract/option-form.js';
export { type SecretKey } from './core/options/secret-key.js';

// ## Guards and decorators
// A host puts these on controllers, resolvers and gateways of its own.
export {
  RequireSignIn,
  RequireFreshProof,
  RequireMfa,
  type RequireMfaOptions,
  SignedIn,
} from './http/decorators/signed-in.decorators.js';
export { type Actor, type Principal } from './core/access/actor.js';
export { EndsSessions } from './http/guards/signed-in.guard.js';
export { AuthRoutes } from './http/decorators/auth-routes.decorator.js';
export { BodyPipe } from './http/requests/body.pipes.js';
export { type HttpRequest } from './http/requests/http-request.js';
export { clientOf } from './http/requests/client-info.js';
export { type ClientInfo } from './core/ports/mfa-passed.js';

// ## Ports to implement
// The library asks its host through these. The first three are required, the others optional.
export { AccessTokenReader, RequestSource } from './http/guards/access-token-reader.js';
export {
  SubjectDirectory,
  TokenIssuer,
  PasswordProof,
  SessionDirectory,
  type LiveSession,
  SessionCloser,
  type SessionKey,
  FactorChangeHook,
  type FactorChange,
  SendWatch,
  type SendRefusal,
} from './core/ports/ports.js';
export { type Subject } from './contract/handler.js';
export { type IssuedTokens, type IssuedCookie } from './core/ports/issued-tokens.js';
export { type RowInsert, type RowUpdate, type SubjectRow } from './core/ports/host-rows.js';
export {
  RequestBudget,
  type BudgetedRequest,
  type RequestKind,
} from './core/ports/request-budget.js';
export { RequestWatch } from './http/requests/request-watch.js';

// ## Sign-in, step-up and accounts
// A host injects these services and calls them.
export { LoginService } from './core/login/login.service.js';
export { type LoginOutcome, type MfaPending } from './core/login/login-outcome.js';
export {
  PasskeyLogin,
  type PasskeyOutcome,
  type PasskeyPending,
  type PasskeyRequest,
} from './core/login/passkey-login.js';
export { type FirstFactorPassed, type MfaPassed } from './core/ports/mfa-passed.js';
export { type IssuedResponse } from './core/login/issued-response.js';
export { type TrustedDevice } from './core/devices/device-logins.js';
export { IssuedResponses } from './http/controllers/issued-responses.js';
export {
  ACR,
  acrOf,
  type SessionProof,
  type DeviceProof,
  type Standing,
  readProofs,
  storedProofs,
} from './core/ports/assurance.js';
export { FreshProof } from './core/access/fresh-proof.js';
export { type SignedInAccount } from './core/access/present-accounts.js';
export { SessionAttempts } from './core/ceremony/session-attempts.js';
export { UnjudgedAttempts } from './core/ceremony/unjudged-attempts.js';
export { MfaAccounts } from './core/methods/accounts.js';
export {
  ChangeReversal,
  type Undoing,
  type UndoneChange,
} from './core/reversal/change-reversal.js';
export { type ReversedChange, type Opening } from './core/reversal/culprits.js';

// ## Events and audit
// A host hears of events, delivers them and reads the log through these.
export { MfaEventListener } from './core/ports/ports.js';
export { type MfaEvent, type MfaEventType, MFA_EVENT_TYPES } from './core/ports/events.js';
export { EventEmitterListener, mfaEventName } from './core/events/event-emitter-listener.js';
export {
  EventConsumer,
  EVENT_CONSUMERS,
  type EventDelivery,
  type RecordedEvent,
  DeliveryPostponed,
  DeliveryRefused,
} from './core/ports/event-consumer.js';
export { GIVE_UP_SECONDS } from './core/events/consumer-queue.js';
export { OutboxWorker } from './core/events/outbox-worker.js';
export { OutboxBacklog, type Backlog } from './persistence/stores/outbox-backlog.js';
export { AuditTrail } from './persistence/audit/audit-trail.js';
export { AuditVerification } from './persistence/audit/audit-verification.js';
export { type AuditFault } from './persistence/audit/event-chain-walk.js';
export {
  SecurityLog,
  type SecurityLogPage,
  type LoggedEvent,
} from './persistence/audit/security-log.js';

// ## Handlers
// A second factor is an object with this contract.
export {
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type ChallengeInput,
  type ChallengeOutcome,
  type Delivery,
  type VerifyInput,
  type VerifyOutcome,
  type DiscoverableFactor,
  type JsonObject,
} from './contract/handler.js';
export { HandlerRegistry } from './core/ceremony/handler-registry.js';
export { HandlerDefaults } from './kit/handler-defaults.js';

// ## Kit for handlers
// A second factor is made of these parts. Each is optional.
export { SentCodeHandler, type SentCodeProfile, type SentCode } from './kit/sent-code.handler.js';
export { type SentCodeData, type SentCodeState } from './kit/sent-code.state.js';
export { CodeProof } from './contract/code-proof.js';
export { readFields } from './contract/read-fields.js';
export { BoundedText, Trimmed } from './contract/text-fields.js';
export { IsPlainEmailAddress, normalizeEmailAddress } from './kit/email-address.js';
export { normalizePhoneNumber } from './kit/phone-number.js';
export { normalizeCode, normalizeText } from './contract/normalize-text.js';
export { maskEmail, maskPhone } from './kit/mask.js';
export { constantTimeEqual } from './kit/constant-time-equal.js';

// ## Errors
// Each failure has a code. [problems.md](problems.md) explains the codes.
export { MfaError, PROBLEMS, type ProblemCode, type ProblemExtras } from './contract/errors.js';
export { ProblemFilter } from './http/problems/problem.filter.js';
export { problemResponse } from './http/problems/problem-response.js';
export { reasonOf } from './contract/reason-of.js';
export { isOutage } from './http/problems/outage.js';

// ## OpenAPI document
// A host adds the routes of the library, and its own, to its document with these.
export { completeMfaDocument, completeOperations, mfaModels } from './http/openapi/openapi.js';
export {
  ApiProblems,
  BODY_PROBLEMS,
  FRESH_PROOF_PROBLEMS,
} from './http/problems/api-problems.decorator.js';
export { BEARER_SCHEME } from './http/decorators/signed-in.decorators.js';
export { jsonSchemaOf } from './http/schemas/json-schema.js';
export { TrustedDeviceResponse } from './http/dto/devices.responses.js';
export { openApiSchemaOf } from './http/schemas/open-api-schema.js';

// ## Keys
// [keys.md](keys.md) explains how keys are made, rotated and wrapped.
export { KeyRing } from './core/keys/key-ring.js';
export { JwtKind } from './core/keys/jwt-kind.js';
export { chainStandingOf, type ChainRow, type ChainStanding } from './core/keys/chain-standing.js';
export { KeyManagement } from './core/keys/key-management.js';
export { LocalKeyManagement } from './core/keys/local-key-management.js';
export { unwrapSecretKeys, type WrappedSecretKey } from './core/keys/unwrap-secret-keys.js';
export { KeyUsage, type KeyNeed } from './persistence/sealing/key-usage.js';
export { Reencryption, type ReencryptionProgress } from './persistence/sealing/reencryption.js';

// ## Time and chance
// All time and all randomness of the library come from these, so that a test can set both.
export { Clock, SystemClock, addSeconds } from './contract/clock.js';
export { DatabaseClock } from './persistence/database/database-clock.js';
export { RandomSource, SystemRandomSource } from './contract/random.js';

// ## Database
// A host gives these to its `DataSource`, writes in the library's transactions and cleans up.
export { MFA_ENTITIES } from './persistence/entities/mfa-entities.js';
export { MFA_MIGRATIONS } from './persistence/migrations/mfa-migrations.js';
export { type Transaction } from './core/ports/stores.js';
export { entityManagerOf, transactionOf } from './persistence/database/statements.js';
export { refuseOtherMeanings } from './persistence/database/database-check.js';
export {
  MfaRetention,
  type RetentionScope,
  type CleanedRows,
} from './persistence/retention/mfa-retention.js';
export { deleteInBatches } from './persistence/database/delete-in-batches.js';

// ## Networks and load
// A host that limits requests counts networks and bounds slow work as the library does.
export { networkOf, siteOf, widestNetworkOf } from './core/ports/network-of.js';
export { SHARES_OF_SITE, addressIn, clientNetworkOf } from './core/ports/network-of.js';
export { networkAllowancesOf } from './core/sending/send-policy.js';
export { SlowWork, type Asker } from './core/slow-work/slow-work.js';
export { rejectAfter } from './core/events/reject-after.js';

// ## Another storage
// A storage in the place of PostgreSQL implements these. `describeStoreContract` holds it to their rules.
export { UnitOfWork, MethodStore, type MethodKey, type MethodRecord } from './core/ports/stores.js';
export { type MethodSnapshot, type Activation, type EnrolledMethod } from './core/ports/stores.js';
export { ChallengeStore, type ChallengeKey, type ChallengeRecord } from './core/ports/stores.js';
export { type ChallengeChange, type NewChallenge, type WhenOpen } from './core/ports/stores.js';
export { BackupCodeStore, type BackupCodeCount } from './core/ports/stores.js';
export { type StoredBackupCode, type StoredBackupCodes } from './core/ports/stores.js';
export { AccountStore } from './core/ports/stores.js';
export { DiscoveryStore, type SubjectHandle } from './core/ports/discoveries.js';
export { type Authenticator } from './core/ports/authenticators.js';
export { AccountReading } from './core/ports/account-reading.js';
export { EnrolmentStore, type Enrolment } from './core/methods/enrolments.js';
export { AttemptStore, type AttemptRequest, type SpentAttempt } from './core/ports/attempts.js';
export { type Settlement, type Refusal } from './core/ports/attempts.js';
export { SendBudgetStore, type SendAllowance } from './core/sending/send-budgets.js';
export { type SendVerdict, type TakenSend } from './core/sending/send-budgets.js';
export { DeviceStore, type DeviceKey, type DeviceRecord } from './core/ports/devices.js';
export { EventStore } from './core/ports/event-store.js';
export { OutboxStore, type Claim, type ClaimedDelivery } from './core/events/outbox.js';
export { ChangeStore, type ChangeSubject, type FormerBackupCode } from './core/reversal/changes.js';
export { type FormerMethod, type LoggedChange, type NewChange } from './core/reversal/changes.js';
