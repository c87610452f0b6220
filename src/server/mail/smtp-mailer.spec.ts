import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { SmtpMailer } from './smtp-mailer.js';

const mail = {
  to: 'alice@example.org',
  subject: 'Your code',
  text: 'the text part',
  html: '<p>the html part</p>',
};

function portOf(server: Server): number {
  // A server that listens on TCP has an address with a port.
  return (server.address() as AddressInfo).port;
}

describe('SmtpMailer', () => {
  const received: { recipients: string[]; content: string }[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ recipients, content: Buffer.concat(chunks).toString() });
        callback();
      });
    },
  });
  const mute = createServer();
  const mailers: SmtpMailer[] = [];

  beforeAll(async () => {
    await Promise.all(
      [smtp.listen(0, '127.0.0.1'), mute.listen(0, '127.0.0.1')].map((server) =>
        once(server, 'listening'),
      ),
    );
  });
  afterEach(() => {
    for (const mailer of mailers.splice(0)) mailer.onApplicationShutdown();
    received.length = 0;
  });
  afterAll(async () => {
    mute.close();
    await new Promise<void>((resolve) => smtp.close(resolve));
  });

  function mailerTo(port: number, sendTimeoutMilliseconds?: number): SmtpMailer {
    const url = `smtp://127.0.0.1:${port}`;
    const from = 'Example <no-reply@example.org>';
    const mailer = new SmtpMailer({
      url,
      from,
      ...(sendTimeoutMilliseconds === undefined ? {} : { sendTimeoutMilliseconds }),
    });
    mailers.push(mailer);
    return mailer;
  }

  it('hands over subject, both parts and the sender', async () => {
    await mailerTo(portOf(smtp.server)).send(mail);
    expect(received[0]?.recipients).toEqual(['alice@example.org']);
    for (const part of ['Subject: Your code', 'From: Example <no-reply@example.org>']) {
      expect(received[0]?.content).toContain(part);
    }
    expect(received[0]?.content).toContain('the text part');
    expect(received[0]?.content).toContain('<p>the html part</p>');
  });

  it('reads no second recipient and no header out of an address', async () => {
    const mailer = mailerTo(portOf(smtp.server));
    const to = 'a@example.org, b@example.org\r\nBcc: c@example.org';
    await mailer.send({ ...mail, to }).catch(() => undefined);
    const recipients = received.flatMap((message) => message.recipients);
    expect(recipients).not.toContain('b@example.org');
    expect(recipients).not.toContain('c@example.org');
  });

  it('rejects when nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await expect(mailerTo(port).send(mail)).rejects.toThrow();
  });

  it('gives up a server that says nothing', async () => {
    await expect(mailerTo(portOf(mute), 100).send(mail)).rejects.toThrow();
  });

  it('sends nothing more once it is shut down', async () => {
    const mailer = mailerTo(portOf(smtp.server));
    mailer.onApplicationShutdown();
    await expect(mailer.send(mail)).rejects.toThrow('closed');
  });

  it('knows whether the mail server is there', async () => {
    await expect(mailerTo(portOf(smtp.server)).reach()).resolves.toBeUndefined();
    await expect(mailerTo(1).reach()).rejects.toThrow('ECONNREFUSED');
  });
});
