import { type CodeMessageTexts } from '../../mfa/handlers/email/index.js';
import { type ClientProgram } from './client-program.js';
import { type SECURITY_EMAIL_KINDS } from './security-email-kinds.js';

/** What people are written about. */
export type SecurityEmailKind = (typeof SECURITY_EMAIL_KINDS)[number];

/** What a sentence may speak of. */
export interface SecurityEmailFacts {
  /** The name of the second factor as people see it; null where no single one is concerned. */
  readonly factor: string | null;
  /** Whether it was done by somebody who was signed in, rather than at a login. */
  readonly isSignedIn: boolean;
  /** Backup codes that are left. */
  readonly codesLeft: number;
  /** Backup codes that died, unspent. */
  readonly codesDied: number;
}

/** What an account is left with. */
export interface FactorsLeft {
  /** The names of the active second factors as people see them. */
  readonly methods: readonly string[];
  /** Backup codes that are left. */
  readonly codes: number;
}

/** What one kind of notice says. */
export interface SecurityEmailText {
  readonly subject: string;
  /** What has happened, in a sentence or two. */
  readonly sentence: (facts: SecurityEmailFacts) => string;
}

/** A page with one button, whose link brings a token. */
export interface PageTexts {
  readonly title: string;
  readonly explanation: string;
  readonly button: string;
  readonly done: string;
  /** Also for a link that was used, or that has ended. */
  readonly refused: string;
  readonly failed: string;
}

/** What is said around the fields of a password reset. */
export interface PasswordTexts {
  readonly label: string;
  /** For a password that is refused. */
  readonly weak: string;
  /** Stands at the field for the password that was in use before, which is shown when it is asked for. */
  readonly oldLabel: string;
  /** Says that the password of before is asked for. */
  readonly oldNeeded: string;
  /** For a password of before that is wrong. */
  readonly oldWrong: string;
}

/** What is said around the list of what was undone. */
export interface UndoneTexts {
  readonly lead: string;
  /** Stands behind what could not be undone. */
  readonly notUndone: string;
}

/** Every text of mails and pages to people, in one language. A language without one does not compile. */
export interface LanguageTexts {
  /** How dates and times are written [RFC 5646]. */
  readonly locale: string;
  /** Names nobody: a user name is what some stranger typed. */
  readonly greeting: string;
  /** Stand before when it happened, from which address, and with which program. */
  readonly when: string;
  readonly from: string;
  readonly device: string;
  /** Stands for an address that is not known. */
  readonly unknown: string;
  readonly program: (program: ClientProgram) => string;
  readonly unknownProgram: string;
  /** Says what the link below it does, and how long it works. */
  readonly notMe: (lasts: string) => string;
  /** Says what nobody but the owner has to do. */
  readonly itWasMe: string;
  /** How long something lasts. */
  readonly hours: (count: number) => string;
  /** Says how often the same happened later in the same session, and when last. */
  readonly more: (count: number, lastAt: string) => string;
  /** Says what an account is left with, once something of it is gone. */
  readonly left: (left: FactorsLeft) => string;
  readonly kinds: Readonly<Record<SecurityEmailKind, SecurityEmailText>>;
  /** The mail with a code of a second factor. */
  readonly code: CodeMessageTexts;
  /** The mail with the link by which a forgotten password is replaced. */
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
    /** For people whose address somebody else has given. */
    readonly notMine: string;
  };
  /** The link at the end of every page: to where people sign in. */
  readonly signIn: string;
  /** The page behind the link that confirms an address. */
  readonly verifyPage: PageTexts;
  /** The page behind a "this was not me" link. */
  readonly notMePage: PageTexts & { readonly undone: UndoneTexts };
  /** The page behind the link of a password reset. */
  readonly resetPage: PageTexts & { readonly newPassword: PasswordTexts };
}
