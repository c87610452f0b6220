import { Readable } from 'node:stream';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import {
  addSeconds,
  type Clock,
  DeliveryPostponed,
  DeliveryRefused,
  reasonOf,
} from '../../../mfa/index.js';
import { type Mail, Mailer } from './mailer.js';
import { DomainIsSlow, SlowDomains } from './slow-domains.js';

/** Connections at most, and how many of them slow mails may hold. */
const PROMPT = { connections: 10, slow: { ofDomain: 4, inAll: 6 } };
/**
 * Enough for all that three consumers of the outbox have under way at once. Fewer mails are slow than a
 * consumer has places for slow deliveries, so that none of them holds a place of the others.
 */
const PATIENT = { connections: 36, slow: { ofDomain: 2, inAll: 6 } };
/** A mail to a domain that is slow is tried again after so long. */
const SLOW_DOMAIN_RETRY_SECONDS = 60;

const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;
/** After the content a server may take ten minutes to answer [RFC 5321 §4.5.3.2.6]. */
const ACCEPTING_MILLISECONDS = 600_000;
/** Longer than any mail is waited for: what a mail may take is counted here, phase by phase. */
const SOCKET_TIMEOUT_MILLISECONDS = 660_000;

/** Where mails go and how long that may take. */
export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password where the server asks for them. */
  readonly url: string;
  /** The sender of every mail, such as `Example <no-reply@example.org>`. */
  readonly from: string;
  /** The most that one mail may take, waiting for its turn included. Default 10 000. */
  readonly sendTimeoutMilliseconds?: number;
}

/**
 * Sends over SMTP through pools of kept connections: one for mails that people wait for, and one for
 * those of the outbox, which wait longer.
 *
 * The certificate of a server that offers TLS is checked. A server that is slow, or that trickles
 * its replies so that no socket ever looks idle, is given up after the send timeout. A mail of the
 * outbox is waited for longer once its content is sent: the server may have taken it, and would take it again.
 */
export class SmtpMailer extends Mailer implements OnApplicationShutdown {
  private readonly logger = new Logger(SmtpMailer.name);
  private readonly prompt;
  private readonly patient;
  private readonly slowForPeople = new SlowDomains(PROMPT.slow);
  private readonly slowForOutbox = new SlowDomains(PATIENT.slow);
  private readonly domain: string;
  private readonly sendTimeoutMilliseconds: number;
  private readonly acceptingMilliseconds = ACCEPTING_MILLISECONDS;
  /** By Message-ID: what is to be done once the content of a mail is sent. */
  private readonly whenSent = new Map<string, () => void>();

  constructor(
    settings: SmtpSettings,
    private readonly clock: Clock,
  ) {
    super();
    this.sendTimeoutMilliseconds = settings.sendTimeoutMilliseconds ?? 10_000;
    this.domain = domainOf(settings.from);
    this.prompt = this.transportOf(settings, PROMPT.connections);
    this.patient = this.transportOf(settings, PATIENT.connections).use(
      'stream',
      ({ data, message }, done) => {
        const whenSent = this.whenSent.get(String(data.messageId));
        // Read to its end only when the server has asked for the content.
        message.processFunc((content) => Readable.from(readOut(content, () => whenSent?.())));
        done();
      },
    );
  }

  /**
   * @throws {DomainIsSlow} while other mails to the reader's domain are slow and a person waits
   * @throws {DeliveryPostponed} while they are and nobody waits
   * @throws {DeliveryRefused} for a reply that says that no other try helps [RFC 5321 §4.2.1]
   */
  async send({ to, subject, text, html, deliveryId }: Mail): Promise<void> {
    // An address object is never parsed for further recipients, as a text with a comma would be.
    const message = { to: { name: '', address: to }, subject, text, html };
    try {
      if (deliveryId === undefined) {
        const end = AbortSignal.timeout(this.sendTimeoutMilliseconds);
        await this.slowForPeople.run(to, (givenUp) => {
          const signal = AbortSignal.any([end, givenUp]);
          return this.prompt.sendMail({ ...message, signal });
        });
      } else {
        const messageId = `<${deliveryId}@${this.domain}>`;
        await this.slowForOutbox.run(to, (givenUp) =>
          this.sendPatiently({ ...message, messageId }, givenUp),
        );
      }
    } catch (cause) {
      if (cause instanceof DomainIsSlow && deliveryId !== undefined) {
        throw new DeliveryPostponed(addSeconds(this.clock.now(), SLOW_DOMAIN_RETRY_SECONDS));
      }
      throw isForGood(cause) ? new DeliveryRefused({ cause }) : cause;
    }
  }

  /** Connects and signs in, apart from the pool. */
  override async reach(): Promise<void> {
    await this.prompt.verify();
  }

  onApplicationShutdown(): void {
    this.prompt.close();
    this.patient.close();
  }

  private async sendPatiently(
    message: { readonly messageId: string },
    givenUp: AbortSignal,
  ): Promise<void> {
    const { messageId } = message;
    const end = new AbortController();
    let timer = setTimeout(() => end.abort(), this.sendTimeoutMilliseconds);
    this.whenSent.set(messageId, () => {
      clearTimeout(timer);
      timer = setTimeout(() => end.abort(), this.acceptingMilliseconds);
    });
    try {
      const signal = AbortSignal.any([end.signal, givenUp]);
      await this.patient.sendMail({ ...message, signal });
    } finally {
      clearTimeout(timer);
      this.whenSent.delete(messageId);
    }
  }

  private transportOf({ url, from }: SmtpSettings, maxConnections: number) {
    const transport = createTransport(
      {
        pool: true,
        maxConnections,
        url,
        dnsTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        greetingTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        socketTimeout: SOCKET_TIMEOUT_MILLISECONDS,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      // No holiday notice answers a mail that says so [RFC 3834 §5].
      { from, headers: { 'Auto-Submitted': 'auto-generated' } },
    );
    // An idle connection that breaks is an event of its own; unheard, it would end the process.
    transport.on('error', (error: Error) => {
      this.logger.warn(`A connection to the mail server broke: ${reasonOf(error)}`);
    });
    return transport;
  }
}

async function* readOut(content: AsyncIterable<unknown>, whenRead: () => void) {
  for await (const chunk of content) yield chunk;
  whenRead();
}

/** Of the sender: the domain that names mails as ours [RFC 5322 §3.6.4]. */
function domainOf(from: string): string {
  return from.slice(from.lastIndexOf('@') + 1).replace(/>\s*$/, '');
}

/** Against the sender, or for want of a permission [RFC 3463 §3.2, §3.8]. */
const IS_ABOUT_US = /^\d{3}[ -]5\.(1\.[78]|7\.\d{1,3})\b/;

/**
 * Whether the server refuses this mail or its reader, and not us: a sender or a password of ours that
 * it does not take is for the operator to mend, and the mail waits. Servers may say so at the reader,
 * so the enhanced status code counts where there is one.
 */
function isForGood(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { permanent, command, response } = error as Partial<Record<string, unknown>>;
  if (permanent !== true || IS_ABOUT_US.test(String(response))) return false;
  return command === 'RCPT TO' || command === 'DATA';
}
