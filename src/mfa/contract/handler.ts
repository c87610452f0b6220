import { type Type } from '@nestjs/common';

/** The user as MFA sees one. The host makes it; the core and the handlers only read it. */
export interface Subject {
  /** The host's key of the user, as text. */
  readonly id: string;
  /** What an authenticator app shows beside the issuer: a user name or an address. */
  readonly displayName: string;
  /** Where codes can be sent, by kind of address; a kind that the user lacks is absent. */
  readonly addresses: {
    readonly email?: string;
    /** In E.164: a plus sign and at most 15 digits. */
    readonly phone?: string;
  };
  /**
   * Kinds of addresses that the account has and its owner has still to confirm. They are absent from
   * `addresses`, so nothing is sent there; absent: there is none.
   */
  readonly unconfirmedAddresses?: readonly (keyof Subject['addresses'])[];
  /** Code of the language that the person is written to in [RFC 5646]; absent: none is known. */
  readonly language?: string | undefined;
  /** False for an account that may not sign in: its open challenges are dead. */
  readonly isEnabled: boolean;
  /** Differs after every change of the password; challenges opened before the change are dead. */
  readonly credentialsVersion: string;
  /**
   * Addresses that the first factor itself came from, such as the mailbox of a password reset, until
   * another factor was proven. A code that goes there shows no second factor, and is asked for only
   * where there is nothing else.
   */
  readonly firstFactorAddresses?: readonly string[];
}

/** What can travel as JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A JSON object, such as a body or a part of one. */
export type JsonObject = { [key: string]: Json };

/** Something to be sent. The core runs `send` after its commit, under the budgets of its addresses. */
export interface Delivery {
  /** The full destinations. They are only ever stored as keyed hashes, to count what is sent there. */
  readonly addresses: readonly string[];
  /** Hands the message to the carrier. A rejection is answered as `delivery_failed`. */
  send(): Promise<void>;
}

/** What a handler is given to begin an enrolment. */
export interface SetupInput<State, Fields> {
  readonly subject: Subject;
  /** The states of the authenticators that the subject has proven, so that none is added twice. */
  readonly enrolled: readonly State[];
  /** The set-up fields of the request, validated by `setupSchema`; an empty object without one. */
  readonly fields: Fields;
  /** What the person calls the new authenticator; absent: nothing. */
  readonly label?: string | undefined;
  readonly now: Date;
}

/** What an enrolment begins with. The core stores it; nothing is active before it is proven. */
export interface SetupOutcome<State, Data> {
  readonly state: State;
  /** `setup_data` of the answer: the only time that a secret may be shown. */
  readonly response: JsonObject;
  /** What `verify` needs to check the proof that confirms this set-up. */
  readonly data?: Data;
  readonly delivery?: Delivery;
}

/** What a handler is given to make a challenge. */
export interface ChallengeInput<State> {
  readonly subject: Subject;
  /** One for each authenticator that may answer; just one unless the handler holds several. */
  readonly states: readonly [State, ...State[]];
  readonly now: Date;
}

/** What a challenge consists of: what is kept of it, what the client sees, what is sent. */
export interface ChallengeOutcome<Data> {
  readonly data: Data;
  /** `challenge` of the answer: what the client needs in order to make the proof. */
  readonly response: JsonObject;
  readonly delivery?: Delivery;
}

/** What a proof is judged by. */
export interface VerifyInput<State, Data, Proof> {
  readonly subject: Subject;
  /** Of one authenticator. Where a method has several, each is asked until one takes the proof. */
  readonly state: State;
  /** The data of this challenge; null where the handler gave none. */
  readonly data: Data | null;
  readonly proof: Proof;
  readonly now: Date;
}

/** What a proof was judged to be. */
export type VerifyOutcome<State> =
  | {
      readonly ok: true;
      /** The state to store: a handler that remembers its last use returns it changed. */
      readonly state: State;
      /** What this proof showed, in the place of the handler's own `amr` [RFC 8176 §2]. */
      readonly amr?: readonly string[];
    }
  | {
      readonly ok: false;
      /**
       * Why a proof is refused that only the authenticator can have made, in snake_case, such as
       * `sign_count_fell`: it costs no attempt, and event and log say why. Looked at only where
       * {@link MfaHandler.isGuessable} is false. Absent: the proof is wrong.
       */
      readonly reason?: string;
      /** It was right once and is spent: the person is told to wait for the next one. It is wrong all the same. */
      readonly wasUsed?: true;
    };

/**
 * One kind of second factor: what a handler's author writes.
 *
 * A handler is a stateless singleton. It knows its mathematics and nothing else: no request, no
 * database, no token, no other handler. It returns an outcome; a wrong proof is `{ok: false}`,
 * never an exception, and whatever there is to be kept or sent is in what it returns.
 *
 * @typeParam State what is kept for each enrolment, as JSON; stored encrypted
 * @typeParam Data what is kept for each challenge, as JSON; stored encrypted
 * @typeParam Fields the class named by `setupSchema`
 * @typeParam Proof the class named by `proofSchema`
 */
export interface MfaHandler<State = unknown, Data = unknown, Fields = object, Proof = object> {
  /** Unique on the wire and in the tables: lower snake case, at most 32 characters. */
  readonly name: string;
  /** Shown to people. */
  readonly displayName: string;
  /** Authentication method reference values for the access token [RFC 8176 §2]. */
  readonly amr: readonly string[];
  /** True when a code is sent at login: `resend` and `send` then work for it. */
  readonly requiresDispatch: boolean;
  /**
   * False where no number of tries finds a right proof, such as a signature of a key that the
   * subject holds: wrong ones then end their challenge, and lock neither method nor account, so that
   * nobody can shut its owner out by garbage. Absent: true.
   */
  readonly isGuessable?: boolean;
  /**
   * How many authenticators one subject may hold, each under a label of its own and with a state
   * of its own. Absent: one, without a label.
   */
  readonly maxAuthenticators?: number;
  /** A DTO class (class-validator) for what set-up asks beside `method`; absent: nothing. */
  readonly setupSchema?: Type<object>;
  /** A DTO class (class-validator) for the proof, such as `{code}`. */
  readonly proofSchema: Type<object>;
  /** A DTO class that documents `setup_data` in OpenAPI. */
  readonly setupResponseSchema?: Type<object>;
  /**
   * Members of `setup_data` that the answer repeats beside it, where clients of a published guide
   * look for them; absent: none.
   */
  readonly setupTopLevel?: readonly string[];
  /** A DTO class that documents what {@link describe} gives in OpenAPI; absent: it says no members. */
  readonly detailsSchema?: Type<object>;
  /** A DTO class that documents what {@link signal} gives in OpenAPI. */
  readonly signalSchema?: Type<object>;
  /** Raised whenever the shape of the state changes. */
  readonly stateVersion: number;

  /** Reads a stored state, migrating from `version` where that is older than `stateVersion`. */
  parseState(state: unknown, version: number): State;
  /** Begins an enrolment. @throws {MfaError} `validation_failed` when the subject lacks what is needed */
  setup(input: SetupInput<State, Fields>): Promise<SetupOutcome<State, Data>>;
  /** Present where something is sent, or shown, at login. */
  challenge?(input: ChallengeInput<State>): Promise<ChallengeOutcome<Data>>;
  /** Judges a proof. Pure: the same input gives the same outcome. */
  verify(input: VerifyInput<State, Data, Proof>): Promise<VerifyOutcome<State>>;
  /** Present where codes are sent: the full addresses that they go to. */
  sendsTo?(state: State): readonly string[];
  /** What a list of methods may show: a masked address, a label; never a secret. */
  describe(state: State): JsonObject;
  /**
   * Present where somebody else keeps authenticators for their owner, such as a password manager: what a
   * front end passes on to it once one was renamed or removed.
   *
   * @param input the states of the authenticators that the subject has left, pending ones among them
   */
  signal?(input: { readonly subject: Subject; readonly states: readonly State[] }): JsonObject;
  /** Called after an authenticator, or its user, is gone. */
  dispose?(input: { readonly subjectId: string; readonly state: State }): Promise<void>;
}
