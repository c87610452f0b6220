import { type Type } from '@nestjs/common';

/** A user, as MFA sees one. The host makes it. The core and the handlers only read it. */
export interface Subject {
  /** The host's key for the user, as text. */
  readonly id: string;
  /** An authenticator app shows it beside the issuer: a user name or an address. */
  readonly displayName: string;
  /** Addresses for codes, by kind. A kind that the user lacks is absent. */
  readonly addresses: {
    readonly email?: string;
    /** In E.164: a plus sign and at most 15 digits. */
    readonly phone?: string;
  };
  /**
   * Kinds of addresses that the owner has not confirmed yet. They are absent from `addresses`, so nothing
   * is sent to them. Absent: there is none.
   */
  readonly unconfirmedAddresses?: readonly (keyof Subject['addresses'])[];
  /** Code of the language for messages to the person [RFC 5646]. Absent: unknown. */
  readonly language?: string | undefined;
  /** False for an account that may not sign in. Its open challenges are dead. */
  readonly isEnabled: boolean;
  /** Changes with the password. Challenges that were opened before the change are dead. */
  readonly credentialsVersion: string;
  /**
   * Addresses that the first factor itself came from, until another factor is proven: for example the
   * mailbox of a password reset. A code sent there is no second factor. A login asks for one only if
   * the subject has nothing else.
   */
  readonly firstFactorAddresses?: readonly string[];
}

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { [key: string]: Json };
/** A JSON object: a body, or a part of one. */
export type JsonObject = { [key: string]: Json };

/** A message to send. The core calls `send` after its commit, within the budgets of the addresses. */
export interface Delivery {
  /** The full destinations. Only keyed hashes of them are stored, to count what is sent there. */
  readonly addresses: readonly string[];
  /** Gives the message to the carrier. A rejection is answered as `delivery_failed`. */
  send(): Promise<void>;
}

/** The input of {@link MfaHandler.setup}. */
export interface SetupInput<State, Fields> {
  readonly subject: Subject;
  /** The states of the authenticators that the subject has already proven, so that none is added twice. */
  readonly enrolled: readonly State[];
  /** The set-up fields of the request, validated by `setupSchema`. Without a schema: an empty object. */
  readonly fields: Fields;
  /** The person's name for the new authenticator. Absent: none. */
  readonly label?: string | undefined;
  readonly now: Date;
}

/** The result of {@link MfaHandler.setup}. The core stores it. The method is inactive until it is proven. */
export interface SetupOutcome<State, Data> {
  readonly state: State;
  /** `setup_data` of the answer. A secret may be shown here and nowhere else. */
  readonly response: JsonObject;
  /** `verify` gets it with the proof that confirms this set-up. */
  readonly data?: Data;
  readonly delivery?: Delivery;
}

/** The input of {@link MfaHandler.challenge}. */
export interface ChallengeInput<State> {
  readonly subject: Subject;
  /** One state for each authenticator that may answer: a single one unless the handler holds several. */
  readonly states: readonly [State, ...State[]];
  readonly now: Date;
}

/** The result of {@link MfaHandler.challenge}. */
export interface ChallengeOutcome<Data> {
  /** Kept, encrypted, until the proof is judged. */
  readonly data: Data;
  /** `challenge` of the answer: the client makes the proof from it. */
  readonly response: JsonObject;
  readonly delivery?: Delivery;
}

/** The input of {@link MfaHandler.verify}. */
export interface VerifyInput<State, Data, Proof> {
  readonly subject: Subject;
  /** The state of one authenticator. If the method has several, `verify` is called for each until one accepts. */
  readonly state: State;
  /** The data of this challenge. Null: the handler gave none. */
  readonly data: Data | null;
  readonly proof: Proof;
  readonly now: Date;
}

/** The result of {@link MfaHandler.verify}. */
export type VerifyOutcome<State> =
  | {
      readonly ok: true;
      /** The state to store. A handler that remembers its last use returns a changed one. */
      readonly state: State;
      /** Method references of this proof [RFC 8176 §2]. Absent: the handler's `amr`. */
      readonly amr?: readonly string[];
      /**
       * A handle by which the authenticator names its subject, and which no earlier outcome has told. The core
       * stores it with the proof. It counts only with {@link MfaHandler.discoverable}.
       */
      readonly handle?: string;
      /**
       * True if the enrolment and this proof both verified the person, so that one authenticator shows two
       * factors [NIST SP 800-63B-4 §3.1.7]. It counts only where a login begins with it.
       */
      readonly isTwoFactor?: true;
    }
  | {
      readonly ok: false;
      /**
       * Why a genuine proof of the authenticator is refused, in snake_case, for example `sign_count_fell`.
       * It costs no attempt, and the event and the log name it. It counts only if
       * {@link MfaHandler.isGuessable} is false. Absent: the proof is wrong.
       */
      readonly reason?: string;
      /** True for a spent proof: it counts as wrong, and the person is told to wait for the next one. */
      readonly wasUsed?: true;
    };

/**
 * How an authenticator begins a login before anybody is named, as a passkey does.
 *
 * @typeParam Data as for {@link MfaHandler}
 * @typeParam Proof as for {@link MfaHandler}
 */
export interface DiscoverableFactor<Data = unknown, Proof = object> {
  /** Where its handles mean something, for passkeys the RP ID. At most 253 characters. */
  readonly realm: string;
  /**
   * What an authenticator of any subject is asked.
   *
   * @param nonce 32 random bytes in base64url, for this login alone. A proof must be bound to it
   */
  challenge(nonce: string): Pick<ChallengeOutcome<Data>, 'data' | 'response'>;
  /** The handle of the subject that a proof names; null where it names none. Nothing is judged yet. */
  handleIn(proof: Proof): string | null;
}

/**
 * One kind of second factor.
 *
 * A handler is a stateless singleton. It knows its mathematics and nothing else: no request, no
 * database, no token, no other handler. It returns all that is to be stored or sent. It returns
 * `{ok: false}` for a wrong proof and throws no exception.
 *
 * @typeParam State kept for each enrolment, as JSON; stored encrypted
 * @typeParam Data kept for each challenge, as JSON; stored encrypted
 * @typeParam Fields the class named by `setupSchema`
 * @typeParam Proof the class named by `proofSchema`
 */
export interface MfaHandler<State = unknown, Data = unknown, Fields = object, Proof = object> {
  /** Unique on the wire and in the tables: lower snake case, at most 32 characters. */
  readonly name: string;
  /** Shown to people. */
  readonly displayName: string;
  /** Method references for the access token [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /** True if a login sends a code. `resend` and `send` work for such a handler alone. */
  readonly requiresDispatch: boolean;
  /**
   * False if no number of tries finds a right proof, as with the signature of a key. A wrong proof then ends
   * its challenge and locks neither method nor account, so that nobody can lock the owner out with
   * garbage. Absent: true.
   */
  readonly isGuessable?: boolean;
  /**
   * How many authenticators one subject may hold. Each has its own label and its own state. Absent:
   * one, without a label.
   */
  readonly maxAuthenticators?: number;
  /** A DTO class (class-validator) for the fields of a set-up beside `method`. Absent: none. */
  readonly setupSchema?: Type<object>;
  /** A DTO class (class-validator) for the proof, for example {@link CodeProof}. */
  readonly proofSchema: Type<object>;
  /** A DTO class that documents `setup_data` in OpenAPI. */
  readonly setupResponseSchema?: Type<object>;
  /**
   * Members of `setup_data` that the answer repeats beside it, because clients of a published guide
   * look for them there. Absent: none.
   */
  readonly setupTopLevel?: readonly string[];
  /** A DTO class that documents the result of {@link describe} in OpenAPI. Absent: no members. */
  readonly detailsSchema?: Type<object>;
  /** A DTO class that documents the result of {@link signal} in OpenAPI. */
  readonly signalSchema?: Type<object>;
  /** Increased with every change of the shape of the state. */
  readonly stateVersion: number;

  /** Reads a stored state. If `version` is older than `stateVersion`, it migrates the state. */
  parseState(state: unknown, version: number): State;
  /** Begins an enrolment. @throws {MfaError} `validation_failed` if the subject lacks something that it needs */
  setup(input: SetupInput<State, Fields>): Promise<SetupOutcome<State, Data>>;
  /** Present if a login sends or shows something. */
  challenge?(input: ChallengeInput<State>): Promise<ChallengeOutcome<Data>>;
  /** Judges a proof. Pure: the same input gives the same outcome. */
  verify(input: VerifyInput<State, Data, Proof>): Promise<VerifyOutcome<State>>;
  /** Present if codes are sent: the full addresses that they go to. */
  sendsTo?(state: State): readonly string[];
  /** What a list of methods shows: for example a masked address, never a secret. */
  describe(state: State): JsonObject;
  /**
   * Present if others store authenticators for their owner, as password managers do. A front end passes the
   * result on to them after an authenticator is renamed or removed.
   *
   * @param input the states of the remaining authenticators of the subject, pending ones included
   */
  signal?(input: { readonly subject: Subject; readonly states: readonly State[] }): JsonObject;
  /** Present if a login may begin with an authenticator. Its proofs are those of {@link challenge}. */
  readonly discoverable?: DiscoverableFactor<Data, Proof>;
  /** Called after an authenticator or its user is deleted. */
  dispose?(input: { readonly subjectId: string; readonly state: State }): Promise<void>;
}
