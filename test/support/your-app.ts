/** A user of the application that the documents embed the library in. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isBlocked: boolean;
  readonly passwordChangedAt: Date;
}

const ALICE: User = {
  id: 'u1',
  name: 'alice',
  email: 'alice@example.org',
  isBlocked: false,
  passwordChangedAt: new Date('2026-01-01T00:00:00Z'),
};

/** That user's credentials. */
export const LOGIN = { name: ALICE.name, password: 'right' };

/** Its users: one. @public the documents import it */
export class Users {
  async findById(id: string): Promise<User | null> {
    return id === ALICE.id ? ALICE : null;
  }

  async checkPassword(name: string, password: string): Promise<User | null> {
    return name === LOGIN.name && password === LOGIN.password ? ALICE : null;
  }
}

/** Its way of sending mail. @public the documents import it */
export class Mails {
  readonly sent: { readonly to: string; readonly subject: string; readonly text: string }[] = [];

  async send(mail: { to: string; subject: string; text: string }): Promise<void> {
    this.sent.push(mail);
  }
}

/** Its way of sending text messages. @public the documents import it */
export class Texts {
  readonly sent: { readonly to: string; readonly text: string }[] = [];

  async send(to: string, text: string): Promise<void> {
    this.sent.push({ to, text });
  }
}
