import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { jest } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { addSeconds, DeliveryPostponed } from '../../../mfa/index.js';
import { FakeClock } from '../../../mfa/testing/index.js';
import { SmtpMailer } from './smtp-mailer.js';

const NOW = new Date('2026-01-02T03:04:05Z');

const mail = {
  to: 'alice@example.org',
  subject: 'Your code',
  text: 'the text part',
  html: '<p>the html part</p>',
};

function portOf(server: Server): number {
  // A TCP server has an address with a port.
  return (server.address() as AddressInfo).port;
}

describe('SmtpMailer', () => {
  const received: { recipients: string[]; content: string }[] = [];
  /** The commands that the server refuses, with the reply. */
  let refusal: {
    at: 'sender' | 'recipient' | 'content';
    responseCode: number;
    words: string;
  } | null = null;
  /** Whether it holds back its replies to contents. */
  let holdsAnswers = false;
  let whenContent = () => {};
  const answers: (() => void)[] = [];
  const replyAt = (at: string) =>
    refusal?.at === at
      ? Object.assign(new Error(refusal.words), { responseCode: refusal.responseCode })
      : null;
  const smtp = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    onMailFrom: (_, __, callback) => callback(replyAt('sender')),
    onRcptTo: (_, __, callback) => callback(replyAt('recipient')),
    disabledCommands: ['STARTTLS'],
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ recipients, content: Buffer.concat(chunks).toString() });
        if (!holdsAnswers) return callback(replyAt('content'));
        answers.push(() => callback());
        if (answers.length === 2) whenContent();
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
    refusal = null;
    holdsAnswers = false;
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    mute.close();
    await new Promise<void>((resolve) => smtp.close(resolve));
  });

  function mailerTo(port: number, sendTimeoutMilliseconds?: number): SmtpMailer {
    const url = `smtp://127.0.0.1:${port}`;
    const from = 'Example <no-reply@example.org>';
    const timeout = sendTimeoutMilliseconds === undefined ? {} : { sendTimeoutMilliseconds };
    const mailer = new SmtpMailer({ url, from, ...timeout }, new FakeClock(NOW));
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

  it('says that nobody sent it, and to nobody but the outbox by what name', async () => {
    const mailer = mailerTo(portOf(smtp.server));
    await mailer.send(mail);
    const delivery = { ...mail, deliveryId: 'd1' };
    await mailer.send(delivery);
    await mailer.send(delivery);
    const heads = received.map(({ content }) => content.split('\r\n\r\n')[0] ?? '');
    for (const head of heads) expect(head).toMatch(/^Auto-Submitted: auto-generated$/m);
    const ids = heads.map((head) => /^Message-ID: (.*)$/im.exec(head)?.[1]);
    expect(ids.slice(1)).toEqual(['<d1@example.org>', '<d1@example.org>']);
    expect(ids[0]).toMatch(/^<[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@example\.org>$/);
  });

  it('waits for a server that has the content already, where nobody waits for the mail', async () => {
    const hurry = new AbortController();
    const limit = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(hurry.signal);
    const started = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    const mailer = mailerTo(portOf(smtp.server), 60_000);
    const contentIsThere = new Promise<void>((resolve) => {
      whenContent = resolve;
    });
    holdsAnswers = true;
    const [hurried, patient] = [
      mailer.send(mail).catch((error: unknown) => error),
      mailer.send({ ...mail, deliveryId: 'd2' }),
    ];
    await contentIsThere;
    expect(limit).toHaveBeenCalledWith(60_000);
    hurry.abort();
    expect(await hurried).toMatchObject({ name: 'AbortError' });
    const limitOfPatient = started.mock.calls.findIndex(([, delay]) => delay === 60_000);
    expect(cleared).toHaveBeenCalledWith(started.mock.results[limitOfPatient]?.value);
    expect(started).toHaveBeenCalledWith(expect.any(Function), 600_000);
    for (const answer of answers.splice(0)) answer();
    await expect(patient).resolves.toBeUndefined();
  });

  it('does not wait for long for a server that asks for no content', async () => {
    const mailer = mailerTo(portOf(mute), 100);
    await expect(mailer.send({ ...mail, deliveryId: 'd3' })).rejects.toThrow();
  });

  it.each([
    ['550 at the recipient', 'recipient', 550, true],
    ['450 at the recipient', 'recipient', 450, false],
    ['554 at the content', 'content', 554, true],
    ['451 at the content', 'content', 451, false],
    ['550 at the sender', 'sender', 550, false],
    ['550 5.1.1 at the recipient', 'recipient', 550, true, '5.1.1 No such mailbox'],
    ['550 5.1.8 at the recipient', 'recipient', 550, false, '5.1.8 Sender address rejected'],
    ['554 5.7.1 at the recipient', 'recipient', 554, false, '5.7.1 Client host rejected'],
  ] as const)(
    'tells whether another try helps: %s',
    async (...[, at, responseCode, isForGood, words]) => {
      refusal = { at, responseCode, words: words ?? 'No.' };
      const failure = mailerTo(portOf(smtp.server)).send({ ...mail, deliveryId: 'd4' });
      const reply = expect.objectContaining({ responseCode });
      const refused = { name: 'DeliveryRefused', cause: reply };
      await expect(failure).rejects.toEqual(isForGood ? expect.objectContaining(refused) : reply);
    },
  );

  it('begins no mail of the outbox to a domain that keeps two waiting, and those to others', async () => {
    holdsAnswers = true;
    answers.length = 0;
    const mailer = mailerTo(portOf(smtp.server));
    Object.assign(mailer['slowForOutbox'], { slowMilliseconds: 0 });
    const bothCame = new Promise<void>((resolve) => (whenContent = resolve));
    const slow = ['s1', 's2'].map((deliveryId) => mailer.send({ ...mail, deliveryId }));
    await bothCame;
    const third = mailer.send({ ...mail, to: 'bob@mx.example.org', deliveryId: 's3' });
    await expect(third).rejects.toEqual(new DeliveryPostponed(addSeconds(NOW, 60)));
    holdsAnswers = false;
    await mailer.send({ ...mail, to: 'carol@example.net', deliveryId: 's4' });
    await mailer.send(mail);
    for (const answer of answers) answer();
    await Promise.all(slow);
    expect(received).toHaveLength(4);
  });

  it('gives a mail up that is slow for longest, and its connection, where others are slow', async () => {
    holdsAnswers = true;
    answers.length = 0;
    const mailer = mailerTo(portOf(smtp.server));
    Object.assign(mailer['slowForOutbox'], { slowMilliseconds: 0 });
    const slow = Array.from({ length: 40 }, (_, n) =>
      mailer.send({ ...mail, to: `a@slow${n}.example`, deliveryId: `g${n}` }),
    );
    await Promise.race(slow.map((sending) => sending.catch(() => undefined)));
    await Promise.all(slow.slice(0, 34).map((sending) => expect(sending).rejects.toThrow()));
    holdsAnswers = false;
    await mailer.send({ ...mail, to: 'carol@example.net', deliveryId: 'g40' });
    for (const answer of answers) answer();
    await Promise.allSettled(slow);
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
