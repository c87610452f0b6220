import { type EmailMessage } from '../../src/mfa/handlers/email/index.js';
import { type TestServer, type TestUser } from './server.js';

/** Security e-mails to a user so far, without mailed codes, after delivering what waits. */
export async function noticesTo(
  server: TestServer,
  { email }: Pick<TestUser, 'email'>,
): Promise<EmailMessage[]> {
  await server.deliverEvents();
  return keptNotices(server, email);
}

/** Security e-mails that have arrived at an address, without mailed codes. */
export function keptNotices({ inbox }: Pick<TestServer, 'inbox'>, email: string): EmailMessage[] {
  return inbox.messages.filter(
    ({ to, subject }) => to === email && !/verification code/.test(subject),
  );
}

/** The token of the "this was not me" link in a mail. @throws {Error} when there is none */
export function notMeTokenIn({ text }: Pick<EmailMessage, 'text'>): string {
  const token = /\/account\/not-me#([\w-]+)$/m.exec(text)?.[1];
  if (token === undefined) throw new Error('The mail has no link.');
  return token;
}

/** The token of the newest mail to a user with this subject. @throws {Error} when there is none */
export async function newestNotMeToken(
  server: TestServer,
  user: Pick<TestUser, 'email'>,
  subject: RegExp,
): Promise<string> {
  const mails = await noticesTo(server, user);
  return notMeTokenIn(mails.findLast((mail) => subject.test(mail.subject)) ?? { text: '' });
}
