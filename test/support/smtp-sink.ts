import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

interface TakenMail {
  readonly to: string;
  readonly content: string;
}

/** A real SMTP server that accepts every mail. */
export class SmtpSink {
  readonly mails: TakenMail[] = [];
  private readonly server = new SMTPServer({
    authOptional: true,
    // A name server may take seconds, and a finished test must not wait for clients.
    disableReverseLookup: true,
    closeTimeout: 1,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const content = Buffer.concat(chunks).toString();
        this.mails.push(...envelope.rcptTo.map(({ address }) => ({ to: address, content })));
        callback();
      });
    },
  });

  static async start(): Promise<SmtpSink> {
    const sink = new SmtpSink();
    // Some tests break off clients in the middle of a mail.
    sink.server.on('error', () => undefined);
    sink.server.listen(0, '127.0.0.1');
    await once(sink.server.server, 'listening');
    return sink;
  }

  get url(): string {
    // A TCP server has an address of this type.
    const { port } = this.server.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}`;
  }

  countTo(address: string): number {
    return this.mails.filter(({ to }) => to === address).length;
  }

  /** The code in the newest mail with a code to this address. */
  lastCode(address: string): string {
    const codes = this.mails
      .filter(({ to }) => to === address)
      .flatMap(({ content }) => /text\/plain[^]*?\b(\d{6})\b/.exec(content)?.[1] ?? []);
    const code = codes.at(-1);
    if (code === undefined) throw new Error(`No code was sent to ${address}.`);
    return code;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}
