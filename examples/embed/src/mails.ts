import { Injectable, Logger } from '@nestjs/common';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Stands for whatever sends mails: here the log does. */
@Injectable()
export class Mails {
  private readonly logger = new Logger(Mails.name);

  async send({ to, subject, text }: Mail): Promise<void> {
    this.logger.log(`To ${to}: ${subject}\n${text}`);
  }
}
