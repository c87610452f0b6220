import { Injectable, Logger } from '@nestjs/common';
import {
  DeliveryPostponed,
  EventConsumer,
  type EventDelivery,
  HandlerRegistry,
  MfaAccounts,
  type MfaEvent,
  type RecordedEvent,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { MAIL_DELIVERY_SECONDS, MAIL_SLOW_SECONDS, Mailer } from '../delivery/mail/mailer.js';
import { UsersService } from '../identity/users.service.js';
import { composeSecurityEmail } from './compose-security-email.js';
import { type SecurityEmailTicket, ReversalLinks } from './reversal-links.js';
import { textsFor } from '../texts/languages.js';
import { SECURITY_EMAIL_KINDS } from '../texts/security-email-kinds.js';
import {
  type FactorsLeft,
  type SecurityEmailKind,
  type LanguageTexts,
} from '../texts/language-texts.js';

/** With this many backup codes left, a person is told to make new ones. */
const FEW_CODES = 2;

const SECONDS_PER_HOUR = 3600;

/** These remove something that people sign in with, so the mail tells what is left. */
const DEATHS: readonly SecurityEmailKind[] = [
  'method_deactivated',
  'method_deleted',
  'authenticator_removed',
  'backup_code_used',
  'backup_codes_revoked',
  'method_locked_for_good',
  'change_repudiated',
];

/** These are the answer to a link, so they have none. */
const WITHOUT_LINK: readonly SecurityEmailKind[] = ['change_repudiated'];

/** Tells people by e-mail what has happened to their account [ASVS 6.3.5, 6.3.7]. */
@Injectable()
export class SecurityEmailsConsumer extends EventConsumer {
  readonly name = 'notices';
  override readonly deliveryTimeoutSeconds = MAIL_DELIVERY_SECONDS;
  override readonly slowAfterSeconds = MAIL_SLOW_SECONDS;
  private readonly logger = new Logger(SecurityEmailsConsumer.name);

  constructor(
    private readonly links: ReversalLinks,
    private readonly users: UsersService,
    private readonly accounts: MfaAccounts,
    private readonly registry: HandlerRegistry,
    private readonly mailer: Mailer,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants(event: MfaEvent): boolean {
    return kindOf(event) !== undefined && event.subject.addresses.email !== undefined;
  }

  /**
   * Writes to the address that the account had at the time of the event, even if it has changed
   * since.
   *
   * @throws {DeliveryPostponed} while the address has reached the limit of the kind: the mail, with
   *   its link, comes later
   */
  async deliver({ id, event }: EventDelivery): Promise<void> {
    const address = event.subject.addresses.email;
    const kind = kindOf(event);
    if (address === undefined || kind === undefined) return;
    const ticket = await this.links.issue({
      deliveryId: id,
      event,
      kind,
      address,
      hasLink: hasLink(kind),
    });
    if (ticket.kind === 'refused') {
      if (ticket.reason === 'later') throw new DeliveryPostponed(ticket.until);
      if (ticket.reason === 'told with another') return;
      this.logger.warn(`No notice of ${event.type}: ${ticket.reason}.`);
      return;
    }
    const { more } = ticket;
    const mail = await this.compose(kind, event, ticket);
    // A mail that tells more than the last try needs another id, because servers drop repetitions.
    const deliveryId = more === null ? id : `${id}.${more.count}`;
    await this.mailer.send({ to: address, ...mail, deliveryId });
    if (more === null || (await this.links.forget({ deliveryId: id, event }, more))) return;
    throw new Error('More has happened meanwhile: it is told by another mail.');
  }

  private async compose(
    kind: SecurityEmailKind,
    { subject, factor, at, client, detail = {} }: RecordedEvent,
    { url, more }: Extract<SecurityEmailTicket, { kind: 'granted' }>,
  ) {
    const codesLeft = await this.accounts.countBackupCodes(subject.id);
    const runsLow = kind === 'backup_code_used' && codesLeft <= FEW_CODES;
    const lastsHours = Math.floor(this.config.notMeLinkSeconds / SECONDS_PER_HOUR);
    const email = {
      kind: runsLow ? ('backup_codes_low' as const) : kind,
      factor: factor === null ? null : this.nameOf(factor),
      isSignedIn: (detail.purpose ?? 'login') !== 'login',
      codesLeft,
      codesDied: detail.codes ?? 0,
      at,
      more: more === null || more.count === 0 ? null : more,
      ...client,
      left: DEATHS.includes(kind) ? await this.leftOf(subject.id, codesLeft) : null,
      notMe: hasLink(kind) ? { url, lastsHours } : null,
    };
    return composeSecurityEmail(email, await this.textsFor(subject.id));
  }

  private async leftOf(userId: string, codes: number): Promise<FactorsLeft> {
    const active = await this.accounts.activeMethods(userId);
    return { methods: active.map((factor) => this.nameOf(factor)), codes };
  }

  /** The factor's display name, or its plain name if it is no longer on offer. */
  private nameOf(factor: string): string {
    return this.registry.has(factor) ? this.registry.get(factor).displayName : factor;
  }

  private async textsFor(userId: string): Promise<LanguageTexts> {
    const user = await this.users.findById(userId);
    return textsFor(user?.language, this.config.mailLanguage);
  }
}

/** The kind of mail for an event; some events have another kind when they mean more. */
function kindOf({
  type,
  detail = {},
}: Pick<MfaEvent, 'type' | 'detail'>): SecurityEmailKind | undefined {
  if (type === 'method_locked' && detail.isForGood === true) return 'method_locked_for_good';
  // A wrong code at enrolment is no alarm: the signed-in person has mistyped it.
  if (type === 'second_factor_failed' && detail.purpose === 'enrol') return undefined;
  return SECURITY_EMAIL_KINDS.find((kind) => kind === type);
}

function hasLink(kind: SecurityEmailKind): boolean {
  return !WITHOUT_LINK.includes(kind);
}
