import { type CodeMessageTexts } from '../../mfa/handlers/email/index.js';
import { type ClientProgram } from './client-program.js';
import { type SECURITY_EMAIL_KINDS } from './security-email-kinds.js';

/** A kind of security e-mail. */
export type SecurityEmailKind = (typeof SECURITY_EMAIL_KINDS)[number];

/** The facts that a sentence may mention. */
export interface SecurityEmailFacts {
  /** The display name of the second factor; null if no single one is concerned. */
  readonly factor: string | null;
  /** Whether it was done by somebody who was signed in, rather than at a login. */
  readonly isSignedIn: boolean;
  /** Backup codes that are left. */
  readonly codesLeft: number;
  /** Unspent backup codes that no longer work. */
  readonly codesDied: number;
}

/** The second factors that an account still has. */
export interface FactorsLeft {
  /** The display names of the active second factors. */
  readonly methods: readonly string[];
  /** Backup codes that are left. */
  readonly codes: number;
}

/** The texts of one kind of security e-mail. */
export interface SecurityEmailText {
  readonly subject: string;
  /** What has happened, in a sentence or two. */
  readonly sentence: (facts: SecurityEmailFacts) => string;
}

/** A page with one button, behind a link with a token. */
export interface PageTexts {
  readonly title: string;
  readonly explanation: string;
  readonly button: string;
  readonly done: string;
  /** For a link that is invalid, used or expired. */
  readonly refused: string;
  readonly failed: string;
}

/** The texts around the fields of a password reset. */
export interface PasswordTexts {
  readonly label: string;
  /** For an unacceptable password. */
  readonly weak: string;
  /** The label of the field for the old password, which is shown when it is needed. */
  readonly oldLabel: string;
  /** Says that the old password is needed. */
  readonly oldNeeded: string;
  /** For a wrong old password. */
  readonly oldWrong: string;
}

/** The texts around the list of undone changes. */
export interface UndoneTexts {
  readonly lead: string;
  /** Follows a change that could not be undone. */
  readonly notUndone: string;
}

/** All texts of mails and pages in one language. A language with a missing text does not compile. */
export interface LanguageTexts {
  /** The locale of dates and times [RFC 5646]. */
  readonly locale: string;
  /** Names nobody, because a stranger may have chosen the user name. */
  readonly greeting: string;
  /** Labels of the time, the address and the program. */
  readonly when: string;
  readonly from: string;
  readonly device: string;
  /** For an unknown address. */
  readonly unknown: string;
  readonly program: (program: ClientProgram) => string;
  readonly unknownProgram: string;
  /** Says what the link below it does, and how long it works. */
  readonly notMe: (lasts: string) => string;
  /** Says that there is nothing to do if it was the owner. */
  readonly itWasMe: string;
  /** A duration in words. */
  readonly hours: (count: number) => string;
  /** Says how often the same happened later in the same session, and when last. */
  readonly more: (count: number, lastAt: string) => string;
  /** Says which second factors an account still has. */
  readonly left: (left: FactorsLeft) => string;
  readonly kinds: Readonly<Record<SecurityEmailKind, SecurityEmailText>>;
  /** The mail with a code of a second factor. */
  readonly code: CodeMessageTexts;
  /** The mail with the link of a password reset. */
  readonly reset: {
    readonly subject: string;
    readonly lead: string;
    readonly link: string;
    readonly end: (minutes: number) => string;
  };
  /** The mail that asks the owner of an address to confirm it. */
  readonly verification: {
    readonly subject: string;
    readonly linkLead: string;
    readonly link: string;
    readonly linkLasts: (lasts: string) => string;
    readonly codeLead: string;
    readonly codeLasts: (minutes: number) => string;
    /** For people whose address somebody else gave. */
    readonly notMine: string;
  };
  /** The mails to an address that an account is to have. */
  readonly addressChange: {
    /** In the place of the texts of {@link verification} with these names. */
    readonly asked: {
      readonly subject: string;
      readonly linkLead: string;
      readonly link: string;
      readonly codeLead: string;
      readonly notMine: string;
    };
    /** To the owner of an address that another account asks for. */
    readonly taken: { readonly subject: string; readonly lead: string };
  };
  /** The link to the sign-in at the end of every page. */
  readonly signIn: string;
  /** The page behind the link that confirms an address. */
  readonly verifyPage: PageTexts;
  /** The page behind the link that gives an account another address. */
  readonly changePage: PageTexts;
  /** The page behind a "this was not me" link. */
  readonly notMePage: PageTexts & { readonly undone: UndoneTexts };
  /** The page behind the link of a password reset. */
  readonly resetPage: PageTexts & { readonly newPassword: PasswordTexts };
}
