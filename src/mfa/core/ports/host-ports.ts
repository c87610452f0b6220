import { refuseMisfit } from '../../contract/given-value.js';
import { type Subject } from '../../contract/handler.js';
import { type RowUpdate, type SubjectRow } from './host-rows.js';
import { HOST_VALUES } from './host-values.js';
import { type IssuedTokens } from './issued-tokens.js';
import { type ClientInfo, type MfaPassed } from './mfa-passed.js';
import {
  type FactorChangeHook,
  type LiveSession,
  PasswordProof,
  SessionCloser,
  SessionDirectory,
  type SessionKey,
  SubjectDirectory,
  TokenIssuer,
} from './ports.js';
import { type Transaction } from './stores.js';

/** The ports that a host need not bind. */
export interface OptionalPorts {
  /** Null when the host has no passwords, or does not bind it. */
  readonly passwords: PasswordProof | null;
  /** Null when the host keeps no sessions, or does not bind it. */
  readonly sessions: SessionDirectory | null;
  /** Null when the host keeps no sessions, or does not bind it. */
  readonly sessionCloser: SessionCloser | null;
  /** Null when a change of factors changes nothing of the host. */
  readonly factorChanges: FactorChangeHook | null;
}

/** The ports of the host. They are checked for presence at start, and for each value that they return. */
export class HostPorts implements OptionalPorts {
  readonly subjects: SubjectDirectory;
  readonly tokens: TokenIssuer;
  readonly passwords: PasswordProof | null;
  readonly sessions: SessionDirectory | null;
  readonly sessionCloser: SessionCloser | null;
  readonly factorChanges: FactorChangeHook | null;

  constructor(
    subjects: SubjectDirectory,
    tokens: TokenIssuer,
    {
      passwords = null,
      sessions = null,
      sessionCloser = null,
      factorChanges = null,
    }: Partial<OptionalPorts> = {},
  ) {
    this.subjects = new CheckedSubjects(subjects);
    this.tokens = new CheckedTokens(tokens);
    this.passwords = passwords && new CheckedPasswords(passwords);
    this.sessions = sessions && new CheckedSessions(sessions);
    this.sessionCloser = sessionCloser && new CheckedCloser(sessionCloser);
    this.factorChanges = factorChanges;
  }
}

/** Checks a value of a port. @throws {Error} that names the port */
export function given<T>(method: keyof typeof HOST_VALUES, value: T): T {
  refuseMisfit(method, value, HOST_VALUES[method]);
  return value;
}

class CheckedSubjects extends SubjectDirectory {
  declare readonly row?: SubjectRow;

  constructor(private readonly host: SubjectDirectory) {
    super();
    if (host.row !== undefined) this.row = checkedRow(given('SubjectDirectory.row', host.row));
  }

  async find(subjectId: string, transaction?: Transaction): Promise<Subject | null> {
    return given('SubjectDirectory.find', await this.host.find(subjectId, transaction));
  }
}

function checkedRow(row: SubjectRow): SubjectRow {
  return {
    ...row,
    subjectOf: (values) => given('SubjectDirectory.row.subjectOf', row.subjectOf(values)),
  };
}

class CheckedTokens extends TokenIssuer {
  constructor(private readonly host: TokenIssuer) {
    super();
  }

  async issue(passed: MfaPassed): Promise<IssuedTokens> {
    return given('TokenIssuer.issue', await this.host.issue(passed));
  }
}

class CheckedPasswords extends PasswordProof {
  constructor(private readonly host: PasswordProof) {
    super();
  }

  async verify(subject: Subject, password: string, client: ClientInfo): Promise<boolean> {
    return given('PasswordProof.verify', await this.host.verify(subject, password, client));
  }
}

class CheckedSessions extends SessionDirectory {
  constructor(private readonly host: SessionDirectory) {
    super();
  }

  async find(session: SessionKey, transaction?: Transaction): Promise<LiveSession | null> {
    return given('SessionDirectory.find', await this.host.find(session, transaction));
  }
}

class CheckedCloser extends SessionCloser {
  constructor(private readonly host: SessionCloser) {
    super();
  }

  changesThatEnd(session: SessionKey, at: Date): readonly RowUpdate[] {
    return given('SessionCloser.changesThatEnd', this.host.changesThatEnd(session, at));
  }
}
