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

/** The most connections, and how many of them slow mails may hold. */
const PROMPT = { connections: 10, slow: { ofDomain: 4, inAll: 6 } };
/**
 * Enough for everything that three consumers of the outbox have under way at once. The limit of
 * slow mails is below a consumer's places for slow deliveries, so slow mails hold no other place.
 */
const PATIENT = { connections: 36, slow: { ofDomain: 2, inAll: 6 } };
/** When to retry a mail to a slow domain. */
const SLOW_DOMAIN_RETRY_SECONDS = 60;

const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;
/** After the content a server may take ten minutes to answer [RFC 5321 §4.5.3.2.6]. */
const ACCEPTING_MILLISECONDS = 600_000;
/** Longer than the wait for any mail: this class measures the phases of a mail itself. */
const SOCKET_TIMEOUT_MILLISECONDS = 660_000;

/** The mail server, the sender and the time limit. */
export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password where the server asks for them. */
  readonly url: string;
  /** The sender of every mail, for example `Example <no-reply@example.org>`. */
  readonly from: string;
  /** The longest time for one mail, waiting for its turn included. Default 10 000. */
  readonly sendTimeoutMilliseconds?: number;
}

/**
 * Sends over SMTP through two pools of kept connections: one for mails that people wait for, one
 * for those of the outbox, which may take longer.
 *
 * The certificate of a server that offers TLS is checked. A slow server, or one that trickles its
 * replies so that no socket ever looks idle, is given up after the send timeout. Once the content
 * of an outbox mail is sent, the wait is longer: the server may have taken it, and another try
 * would send it twice.
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
  /** By Message-ID: called once the content of a mail is sent. */
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
        // The content is read to its end only after the server has asked for it.
        message.processFunc((content) => Readable.from(readOut(content, () => whenSent?.())));
        done();
      },
    );
  }

  /**
   * @throws {DomainIsSlow} while other mails to the recipient's domain are slow, if a person waits
   * @throws {DeliveryPostponed} while they are slow, if nobody waits
   * @throws {DeliveryRefused} for a reply that says that no retry helps [RFC 5321 §4.2.1]
   */
  async send({ to, subject, text, html, deliveryId }: Mail): Promise<void> {
    // An address object is not parsed for further recipients; a text with a comma would be.
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

  /** Connects and authenticates, outside the pool. */
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
      // Keeps automatic replies away [RFC 3834 §5].
      { from, headers: { 'Auto-Submitted': 'auto-generated' } },
    );
    // When an idle connection breaks, the transport emits an event; without a listener it would end
    // the process.
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

/** The sender's domain, which makes our Message-IDs unique [RFC 5322 §3.6.4]. */
function domainOf(from: string): string {
  return from.slice(from.lastIndexOf('@') + 1).replace(/>\s*$/, '');
}

/** Status codes about the sender or a missing permission [RFC 3463 §3.2, §3.8]. */
const IS_ABOUT_US = /^\d{3}[ -]5\.(1\.[78]|7\.\d{1,3})\b/;

/**
 * Whether the server refuses this mail or its recipient, and not us. A refused sender or password
 * is for the operator to fix, so the mail waits. Servers may report that only at the recipient, so
 * an enhanced status code counts if there is one.
 */
function isForGood(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { permanent, command, response } = error as Partial<Record<string, unknown>>;
  if (permanent !== true || IS_ABOUT_US.test(String(response))) return false;
  return command === 'RCPT TO' || command === 'DATA';
}
