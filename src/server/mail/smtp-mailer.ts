import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { type Mail, Mailer } from './mailer.js';

const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;
const SOCKET_TIMEOUT_MILLISECONDS = 8_000;

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
 * Sends over SMTP through a pool of kept connections.
 *
 * The certificate of a server that offers TLS is checked. A server that is slow, or that trickles
 * its replies so that no socket ever looks idle, is given up after the send timeout.
 */
export class SmtpMailer extends Mailer implements OnApplicationShutdown {
  private readonly logger = new Logger(SmtpMailer.name);
  private readonly transport;
  private readonly sendTimeoutMilliseconds: number;

  constructor(settings: SmtpSettings) {
    super();
    this.sendTimeoutMilliseconds = settings.sendTimeoutMilliseconds ?? 10_000;
    this.transport = createTransport(
      {
        pool: true,
        url: settings.url,
        dnsTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        greetingTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        socketTimeout: SOCKET_TIMEOUT_MILLISECONDS,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from: settings.from },
    );
    // An idle connection that breaks is an event of its own; unheard, it would end the process.
    this.transport.on('error', (error: Error) => {
      this.logger.warn(`A connection to the mail server broke: ${error.name}`);
    });
  }

  async send({ to, subject, text, html }: Mail): Promise<void> {
    const signal = AbortSignal.timeout(this.sendTimeoutMilliseconds);
    // An address object is never parsed for further recipients, as a text with a comma would be.
    await this.transport.sendMail({ to: { name: '', address: to }, subject, text, html, signal });
  }

  /** Connects and signs in, apart from the pool. */
  override async reach(): Promise<void> {
    await this.transport.verify();
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}
